"""The form of a scenario: assumptions per year of the version, and a name to keep it by."""

from decimal import Decimal

from django import forms

from budget.forms.justering import Beloppsfalt
from budget.models import Budgetversion, Scenario
from budget.regler.scenario import (
    RADER,
    STORST,
    STORSTA_RANTA,
    STORSTA_SKATTESATS,
    Antaganden,
    OgiltigtScenario,
    Slag,
    las_antaganden,
)
from budget.tabeller.scenario import RADNAMN
from regionskane.lib.belopp import MNKR, OgiltigtBelopp, formatera_fullt, tolka_belopp
from regionskane.lib.radfalt import Radfalt

PER_AR = (
    (
        Slag.LPIK,
        "LPIK",
        "procentenheter",
        "Löner och priser ökar mer (plus) eller mindre (minus) än i versionen.",
    ),
    (
        Slag.SKATTEUNDERLAG,
        "Skatteunderlagets utveckling",
        "procentenheter",
        "Skatteunderlaget växer mer (plus) eller mindre (minus).",
    ),
    (Slag.SKATTESATS, "Skattesats", "öre", "Höjning (plus) eller sänkning (minus) från och med året."),
)


class Talfalt(forms.CharField):
    """A number with at most two decimals as people write it, «1,5» or «−0,25 %», and no larger than `storst`."""

    def __init__(self, *, storst: Decimal, minst: Decimal | None = None, **kwargs):
        self.storst, self.minst = storst, -storst if minst is None else minst
        super().__init__(required=False, widget=_ruta(), **kwargs)

    def clean(self, value) -> Decimal | None:
        text = super().clean(value).strip().removesuffix("%")
        try:
            tal = tolka_belopp(text)
        except OgiltigtBelopp as fel:
            raise forms.ValidationError(
                "Skriv ett tal med högst två decimaler, till exempel 1,5 eller −0,25."
            ) from fel
        if tal and not self.minst <= tal.varde <= self.storst:
            fran, till = (formatera_fullt(x) for x in (self.minst, self.storst))
            raise forms.ValidationError(f"Talet ska ligga mellan {fran} och {till}.")
        return tal and tal.varde


def _ruta():
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "n"})


class Scenarioformular(forms.Form):
    """The assumptions of a scenario of `version`. A name is asked for only when it is to be kept."""

    namn = Radfalt(label="Namn", max_length=80, required=False, help_text="Behövs för att spara.")
    skattesats_nu = Talfalt(
        label="Skattesats i versionen, kr",
        storst=STORSTA_SKATTESATS,
        minst=Decimal("0.01"),
        help_text="Behövs bara när skattesatsen ändras. Skrivs som 11,18.",
    )
    ranta = Talfalt(
        label="Ränta på det som scenariot lånar, %",
        storst=STORSTA_RANTA,
        minst=Decimal(0),
        help_text="Räknas från året efter. Tomt: ingen ränta.",
    )
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, skickat=None, *, version: Budgetversion, scenario: Scenario | None = None, spara=False
    ):
        self.version, self.aren = version, version.ar_lista
        self.antaganden = Antaganden()
        super().__init__(skickat, initial=sparat(scenario, self.aren) if scenario else None)
        if spara:
            self.fields["namn"].required = True
            self.fields["namn"].error_messages["required"] = "Skriv ett namn att spara scenariot med."
        for slag, rubrik, enhet, _ in PER_AR:
            for ar in self.aren:
                self.fields[f"{slag}-{ar}"] = Talfalt(label=f"{rubrik} {ar}, {enhet}", storst=STORST[slag])
        for rad in RADER:
            for ar in self.aren:
                self.fields[f"belopp-{rad}-{ar}"] = Beloppsfalt(
                    label=f"{RADNAMN[rad]} {ar}, mnkr", required=False, widget=_ruta()
                )

    def rader(self):
        """The rows of the form: heading, unit, help, and a field per year."""
        for slag, rubrik, enhet, hjalp in PER_AR:
            yield rubrik, enhet, hjalp, [self[f"{slag}-{ar}"] for ar in self.aren]

    def beloppsrader(self):
        for rad in RADER:
            yield RADNAMN[rad], "mnkr", "", [self[f"belopp-{rad}-{ar}"] for ar in self.aren]

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        per_ar = {slag: {ar: data[f"{slag}-{ar}"] or 0 for ar in self.aren} for slag, *_ in PER_AR}
        belopp = {
            rad: {ar: b.varde if (b := data[f"belopp-{rad}-{ar}"]) else 0 for ar in self.aren}
            for rad in RADER
        }
        try:
            self.antaganden = las_antaganden(
                {
                    **{slag.value: v for slag, v in per_ar.items()},
                    "belopp": belopp,
                    "skattesats_nu": data["skattesats_nu"],
                    "ranta": data["ranta"],
                },
                self.aren,
            )
        except OgiltigtScenario as fel:
            saknar_sats = any(per_ar[Slag.SKATTESATS].values()) and data["skattesats_nu"] is None
            self.add_error("skattesats_nu" if saknar_sats else None, str(fel))
        return data

    def ersatts_av(self, scenario: Scenario) -> list[tuple[str, str]]:
        """What `scenario` holds now where the form says something else: label and text. From here on the form
        answers to that state: saved again, it replaces it."""
        nu = sparat(scenario, self.aren)
        skrivet, self.data = self.data, self.data.copy()
        self.data["rev"] = str(nu.pop("rev"))
        return [
            (self[namn].label, nu.get(namn) or "inget")
            for namn in self.fields
            if namn != "rev" and not self._samma(namn, skrivet.get(namn, ""), nu.get(namn, ""))
        ]

    def _samma(self, namn: str, a: str, b: str) -> bool:
        if namn == "namn":
            return a.strip() == b
        return self.fields[namn].clean(a) == self.fields[namn].clean(b)


def sparat(scenario: Scenario, aren) -> dict[str, str | int]:
    """The fields of a kept scenario, as they are written."""
    a = las_antaganden(scenario.antaganden, aren)
    falt = {"namn": scenario.namn, "rev": scenario.rev}
    for slag, *_ in PER_AR:
        falt |= {f"{slag}-{ar}": formatera_fullt(tal) for ar, tal in getattr(a, slag).items()}
    for rad, varden in a.belopp.items():
        falt |= {f"belopp-{rad}-{ar}": formatera_fullt(kr, skala=MNKR) for ar, kr in varden.items()}
    if a.skattesats_nu is not None:
        falt["skattesats_nu"] = formatera_fullt(a.skattesats_nu)
    if a.ranta:
        falt["ranta"] = formatera_fullt(a.ranta)
    return falt
