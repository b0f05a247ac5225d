"""The form of a decision point: its text with placeholders, and the figures that it sets itself."""

import re
from collections.abc import Sequence
from decimal import Decimal

from django import forms

from budget.actions.beslutspunkter import Punktuppgifter, Talrad
from budget.models import Beslutsmatt, Beslutspunkt, Beslutstal, Budgetversion
from budget.tabeller.beslutspunkter import skriv_siffror
from regionskane.lib.belopp import KR, MNKR, OgiltigtBelopp, TolkatBelopp, tolka_belopp
from regionskane.lib.radfalt import Radfalt

UPPGIFTSFALT = ("rubrik", "text", "mottagare", "senast", "numrerad", "rev")
TALFALT = ("namn", "varde", "matt", "jamfors_med")
# Rows that stand empty after those that the point has.
LEDIGA_TALRADER = 2
STORSTA_TALRADER = 40
LANGSTA_BESLUT = 4_000

_NAMN = re.compile(r"[\w-]+$", re.ASCII)
_SKALOR = {Beslutsmatt.MNKR: MNKR, Beslutsmatt.KR: KR}


class Beslutspunktsformular(forms.Form):
    """A point of a version, with a row of fields per figure of its own (`talrader`)."""

    rubrik = Radfalt(label="Rubrik", max_length=120, error_messages={"required": "Skriv en rubrik."})
    text = forms.CharField(
        label="Beslutets text",
        max_length=LANGSTA_BESLUT,
        widget=forms.Textarea(attrs={"rows": 7, "data-infoga-mal": ""}),
        help_text="Varje siffra skrivs som en platshållare, till exempel {år} eller {beslut:taxa}. Välj den i listan.",
        error_messages={"required": "Skriv vad som ska beslutas."},
    )
    mottagare = Radfalt(
        label="Riktas till",
        required=False,
        max_length=300,
        help_text="Den nämnd eller styrelse som får uppdraget.",
    )
    senast = forms.DateField(
        label="Senast den",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Visas i texten med {senast}.",
        error_messages={"invalid": "Skriv datumet som 2023-12-31."},
    )
    numrerad = forms.BooleanField(
        label="Numrerad punkt", required=False, help_text="En onumrerad står före de numrerade."
    )
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, version: Budgetversion, punkt: Beslutspunkt | None = None):
        self.version = version
        self.tal = list(punkt.tal.all()) if punkt else []
        super().__init__(data, initial=sparat(punkt, self.tal))
        self.antal = self._antal_talrader()
        for i in range(self.antal):
            self.fields[f"tal-{i}-namn"] = Radfalt(label="Namn", required=False, max_length=40)
            self.fields[f"tal-{i}-varde"] = Radfalt(
                label="Tal",
                required=False,
                max_length=40,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "n"}),
            )
            self.fields[f"tal-{i}-matt"] = forms.ChoiceField(
                label="Mått", required=False, choices=[("", "Välj …"), *Beslutsmatt.choices]
            )
            self.fields[f"tal-{i}-jamfors_med"] = Radfalt(label="Jämförs med", required=False, max_length=200)

    def _antal_talrader(self) -> int:
        delar = (namn.removeprefix("tal-").removesuffix("-namn") for namn in self.data)
        skickade = [int(n) for n in delar if n.isascii() and n.isdecimal() and len(n) < 5]
        antal = max([len(self.tal), *(n + 1 for n in skickade if self.data.get(f"tal-{n}-namn"))])
        # All that the point has: a figure that has no row is taken away when the point is saved.
        return max(min(antal + LEDIGA_TALRADER, STORSTA_TALRADER), len(self.tal))

    @property
    def uppgiftsfalt(self):
        return [self[namn] for namn in UPPGIFTSFALT if namn not in ("rubrik", "text")]

    @property
    def talrader(self):
        return [[self[f"tal-{i}-{namn}"] for namn in TALFALT] for i in range(self.antal)]

    def clean(self):
        data = super().clean()
        self.rader: list[Talrad] = []
        for i in range(self.antal):
            namn, text, matt, jamfors = (data.get(f"tal-{i}-{falt}", "") for falt in TALFALT)
            if not (namn or text or jamfors):
                continue
            if not _NAMN.match(namn):
                self.add_error(f"tal-{i}-namn", "Skriv ett namn med bokstäverna a–z, siffror, - och _.")
            if not matt:
                self.add_error(f"tal-{i}-matt", "Välj ett mått.")
                continue
            try:
                tal = las_tal(text, matt)
            except OgiltigtBelopp as fel:
                self.add_error(f"tal-{i}-varde", str(fel))
            else:
                self.rader.append(Talrad(namn, matt, tal.varde, tal.precision, jamfors.strip("{} ")))
        return data

    def uppgifter(self) -> Punktuppgifter:
        data = self.cleaned_data
        return Punktuppgifter(
            data["rubrik"], data["text"], data["mottagare"], data["senast"], numrerad=data["numrerad"]
        )

    def osparade_tal(self) -> dict[str, Beslutstal]:
        """The figures as typed, for the preview."""
        return {
            r.namn: Beslutstal(namn=r.namn, matt=r.matt, varde=r.varde, precision=r.precision)
            for r in getattr(self, "rader", ())
        }

    def ersatts_av(self, punkt: Beslutspunkt) -> dict[str, str]:
        """What `punkt` holds now, by the name of each field that says something else. From here on the form answers to
        that state: saved again, it replaces it."""
        nu = sparat(punkt, list(punkt.tal.all()))
        skrivet, self.data = self.data, self.data.copy()
        self.data["rev"] = str(nu.pop("rev"))
        skilda = {}
        for namn in self.fields:
            if namn == "rev":
                continue
            varde = nu.get(namn, "")
            if namn == "numrerad":
                if bool(skrivet.get(namn)) != varde:
                    skilda[namn] = "ja" if varde else "nej"
            elif " ".join(skrivet.get(namn, "").split()) != " ".join(
                str(varde or "").replace("\u00a0", " ").split()
            ):
                skilda[namn] = str(varde or "") or "inget"
        return skilda


def las_tal(text: str, matt: str) -> TolkatBelopp:
    """A figure as people write it, with its precision: kronor, or a fraction for a percentage."""
    if matt == Beslutsmatt.PROCENT:
        text = text.strip().removesuffix("%")
    tal = tolka_belopp(text, skala=_SKALOR.get(Beslutsmatt(matt), MNKR))
    if tal is None:
        raise OgiltigtBelopp("Skriv ett tal, till exempel 16 000 eller 2,7.")
    if matt != Beslutsmatt.PROCENT:
        return tal
    # Read as mnkr, for its decimals.
    varde, precision = (x / MNKR / 100 for x in (tal.varde, tal.precision))
    if abs(varde) > 10 or precision < Decimal("0.000001"):
        raise OgiltigtBelopp("Skriv en procentsats med högst fyra decimaler, till exempel 2,7.")
    return TolkatBelopp(varde, precision)


def sparat(punkt: Beslutspunkt | None, tal: Sequence[Beslutstal]) -> dict:
    """What the form shows before anybody types: the point as it is saved, by field name."""
    if punkt is None:
        return {"numrerad": True}
    nu = {falt: getattr(punkt, falt) for falt in UPPGIFTSFALT}
    for i, t in enumerate(tal):
        nu |= {
            f"tal-{i}-namn": t.namn,
            f"tal-{i}-varde": skriv_siffror(t.varde, t.precision, t.matt),
            f"tal-{i}-matt": t.matt,
            f"tal-{i}-jamfors_med": t.jamfors_med,
        }
    return nu
