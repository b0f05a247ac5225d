"""The form of a year's uppräkning: rates per sektor, and exceptions and weights per nämnd."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal

from django import forms

from budget.actions.justering import Uppgifter
from budget.actions.upprakning import Rader
from budget.forms.justering import lagg_resten_pa_finans
from budget.models import Block
from budget.regler.upprakning import (
    REGEL,
    STEG,
    Forslag,
    Satser,
    Satt,
    Undantag,
    VikterSaknas,
    upprakning,
)
from budget.selectors.upprakning import SATSFALT, UNDANTAGSFALT, Upprakningsdata, regelns_underlag
from budget.selectors.uppstallning import Plats
from budget.tabeller.upprakning import skriv_procent, skriv_satser
from regionskane.lib.belopp import (
    MNKR,
    OgiltigtBelopp,
    TolkatBelopp,
    formatera,
    formatera_fullt,
    tolka_belopp,
)
from regionskane.lib.radfalt import Radfalt

SATSER = {
    "sammanvagt": "Löner och priser sammanvägt, %",
    "loner": "Löner, %",
    "vikt_loner": "Löners vikt, %",
    "priser": "Priser, %",
    "vikt_priser": "Prisers vikt, %",
    "demografi": "Demografi, %",
    "medicinteknik": "Medicinsk teknik, %",
    "effektivisering": "Effektivisering, %",
    "motiv": "Källa eller skäl",
}
UNDANTAG = {
    "sats": "Egen sats, %",
    "belopp": "Eget belopp, mnkr",
    "vikt_loner": "Löners vikt, %",
    "vikt_priser": "Prisers vikt, %",
    "motiv": "Skäl",
}


class Procentfalt(forms.CharField):
    """A percentage as people write it: «2,9», «−1,5», «2,9 %». None when empty. A weight is 0 to 100."""

    def __init__(self, *, vikt: bool, **kwargs):
        self.lagst = 0 if vikt else -100
        super().__init__(required=False, widget=_ruta(kwargs["label"]), **kwargs)

    def clean(self, value) -> Decimal | None:
        try:
            tal = tolka_belopp(super().clean(value), procent=True)
        except OgiltigtBelopp as fel:
            raise forms.ValidationError(
                "Skriv en procentsats med högst två decimaler, till exempel 2,9 %."
            ) from fel
        if tal and not self.lagst <= tal.varde <= 100:
            raise forms.ValidationError(
                f"Procentsatsen ska ligga mellan {formatera(Decimal(self.lagst))} och 100."
            )
        return tal and tal.varde


class EgetBeloppsfalt(forms.CharField):
    """An amount in mnkr with one decimal, as regionbidrag is decided, in kronor. A written zero is one."""

    def __init__(self, **kwargs):
        super().__init__(required=False, widget=_ruta(kwargs["label"]), **kwargs)

    def clean(self, value) -> Decimal | None:
        try:
            belopp = tolka_belopp(super().clean(value), skala=MNKR)
        except OgiltigtBelopp as fel:
            raise forms.ValidationError(str(fel)) from fel
        if belopp and belopp.varde % STEG:
            raise forms.ValidationError("Skriv beloppet i mnkr med högst en decimal, till exempel −35,6.")
        return belopp and belopp.varde


def _ruta(etikett: str) -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "aria-label": etikett})


class Upprakningsformular(forms.Form):
    """What the year of `data` is raised by. Empty everywhere is no uppräkning.

    `forslag` is the proposal per enhet id once the form is valid.
    """

    titel = Radfalt(
        label="Titel på justeringen", max_length=120, error_messages={"required": "Skriv en titel."}
    )
    ar = forms.IntegerField(widget=forms.HiddenInput, required=False)
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)
    justering_rev = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, skickat, *, data: Upprakningsdata):
        self.data_ = data
        self.sektorer = {p.sektor_id: p for p in data.enheter}
        self.forslag: dict[int, Forslag] | None = None
        super().__init__(skickat, initial=sparat(data))
        for p in self.sektorer.values():
            for falt, etikett in SATSER.items():
                self._lagg_till(sektorsfalt(p, falt), falt, f"{etikett.removesuffix(', %')}, {p.sektor_namn}")
        for p in data.enheter:
            for falt, etikett in UNDANTAG.items():
                self._lagg_till(namndfalt(p, falt), falt, f"{etikett.removesuffix(', %')}, {p.enhet_namn}")

    def _lagg_till(self, namn: str, falt: str, etikett: str) -> None:
        if falt == "motiv":
            ruta = forms.TextInput(attrs={"aria-label": etikett, "class": "vanster"})
            self.fields[namn] = forms.CharField(label=etikett, required=False, max_length=300, widget=ruta)
        elif falt == "belopp":
            self.fields[namn] = EgetBeloppsfalt(label=etikett)
        else:
            self.fields[namn] = Procentfalt(label=etikett, vikt=falt.startswith("vikt_"))

    def clean(self):
        data = super().clean()
        for p in self.sektorer.values():
            v = {f: data.get(sektorsfalt(p, f)) for f in SATSFALT}
            if v["sammanvagt"] is not None and (v["loner"] is not None or v["priser"] is not None):
                self.add_error(
                    sektorsfalt(p, "sammanvagt"),
                    "Skriv antingen ett sammanvägt tal, eller löner och priser var för sig.",
                )
            self._prova_vikter(sektorsfalt(p, "vikt_priser"), v)
        for p in self.data_.enheter:
            v = {f: data.get(namndfalt(p, f)) for f in UNDANTAGSFALT}
            if v["sats"] is not None and v["belopp"] is not None:
                self.add_error(namndfalt(p, "belopp"), "Skriv antingen en egen sats eller ett eget belopp.")
            self._prova_vikter(namndfalt(p, "vikt_priser"), v)
        if not self.errors:
            self._rakna()
        return data

    def _prova_vikter(self, namn: str, v: Mapping) -> None:
        loner, priser = v["vikt_loner"], v["vikt_priser"]
        if loner is not None and priser is not None and loner + priser > 100:
            self.add_error(
                namn, f"Vikterna blir {skriv_procent(loner + priser)} tillsammans. De får bli högst 100."
            )

    def _rakna(self) -> None:
        rader = self.rader()
        try:
            self.forslag = upprakning(
                regelns_underlag(self.data_, rader.undantag), rader.satser, rader.undantag
            )
        except VikterSaknas as fel:
            for p in self.data_.enheter:
                if p.enhet_id in fel.enheter:
                    self.add_error(
                        namndfalt(p, "vikt_loner"),
                        "Löner och priser står var för sig. Skriv lönernas vikt här eller för sektorn.",
                    )

    def rader(self) -> Rader:
        """What is written, as the rule takes it: only sektorer and nämnder where anything is."""
        satser, undantag, satsmotiv, undantagsmotiv = {}, {}, {}, {}
        for p in self.sektorer.values():
            v = {f: self.cleaned_data[sektorsfalt(p, f)] for f in SATSER}
            if any(x not in (None, "") for x in v.values()):
                satsmotiv[p.sektor_id] = v.pop("motiv")
                satser[p.sektor_id] = Satser(**v)
        for p in self.data_.enheter:
            v = {f: self.cleaned_data[namndfalt(p, f)] for f in UNDANTAG}
            if any(x not in (None, "") for x in v.values()):
                undantagsmotiv[p.enhet_id] = v.pop("motiv")
                undantag[p.enhet_id] = Undantag(**v)
        return Rader(satser, undantag, satsmotiv, undantagsmotiv)

    def belopp(self) -> dict[int, TolkatBelopp]:
        """The rows of the justering, FINANS paying the sum. An own amount of zero is a row; other zeros are none."""
        rader = {
            enhet: TolkatBelopp(f.summa, STEG)
            for enhet, f in self.forslag.items()
            if f.summa or f.satt == Satt.EGET_BELOPP
        }
        return lagg_resten_pa_finans(rader, self.data_.brygga.enheter)

    def uppgifter(self) -> Uppgifter:
        """The justering that it becomes; it remembers the rule and everything that it was given."""
        rader = self.rader()
        kod = {p.enhet_id: p.enhet_kod for p in self.data_.enheter}
        delar = [
            f"{p.sektor_namn} {skriv_satser(rader.satser[p.sektor_id])}"
            for p in self.sektorer.values()
            if p.sektor_id in rader.satser
        ]
        egna = [p.enhet_namn for p in self.data_.enheter if _har_eget(rader.undantag.get(p.enhet_id))]
        motiv = (
            "Uppräkning på förra årets regionbidrag och årets tekniska justeringar. " + ". ".join(delar) + "."
        )
        if egna:
            motiv += f" Egen sats eller eget belopp: {', '.join(egna)}."
        regel = {
            "regel": REGEL,
            "sektorer": {self.sektorer[s].sektor_kod: _tal(r) for s, r in rader.satser.items()},
            "undantag": {kod[e]: _tal(r) for e, r in rader.undantag.items()},
        }
        ar = self.data_.brygga.ar
        return Uppgifter(ar, Block.UPPRAKNING, self.cleaned_data["titel"], ar, motiv, regel)

    def avtryck(self) -> str:
        """A mark of the amounts that are proposed, by which a save knows that they are the ones that were shown."""
        text = ";".join(f"{enhet}={b.varde:f}" for enhet, b in sorted(self.belopp().items()))
        return hashlib.sha256(f"{self.data_.brygga.ar}:{text}".encode()).hexdigest()[:32]

    def ersatts_av(self, data: Upprakningsdata) -> dict[str, str]:
        """What is saved now, by the name of each field that says something else. From here on the form answers to that
        state: saved again, it replaces it."""
        skrivet = self.data
        nu = {namn: str(v) for namn, v in sparat(data).items()}
        self.data = skrivet.copy()
        for namn in ("rev", "justering_rev"):
            self.data[namn] = nu.pop(namn)
        nu.pop("ar")
        return {
            namn: nu.get(namn) or "inget"
            for namn in self.fields
            if namn in nu and not self._samma(namn, skrivet.get(namn, ""), nu[namn])
        }

    def _samma(self, namn: str, skrivet: str, varde: str) -> bool:
        return self.fields[namn].clean(skrivet) == self.fields[namn].clean(varde)


def _har_eget(undantag: Undantag | None) -> bool:
    return undantag is not None and (undantag.sats is not None or undantag.belopp is not None)


def _tal(regel: Satser | Undantag) -> dict[str, str]:
    return {f: format(v.normalize(), "f") for f, v in asdict(regel).items() if v is not None}


def sektorsfalt(p: Plats, falt: str) -> str:
    """The name of a rate's field."""
    return f"sektor-{p.sektor_kod}-{falt}"


def namndfalt(p: Plats, falt: str) -> str:
    """The name of an exception's field."""
    return f"namnd-{p.enhet_kod}-{falt}"


def sparat(data: Upprakningsdata) -> dict:
    """What the form shows before anybody types, by field name: everything that is saved, and empty for the rest."""
    ar = data.brygga.ar
    varden = {
        "titel": data.justering.titel if data.justering else f"Uppräkning {ar} enligt regel",
        "ar": ar,
        "rev": data.sparad.rev if data.sparad else 0,
        "justering_rev": data.justering.rev if data.justering else 0,
    }
    for p in data.enheter:
        sats, undantag = data.satser.get(p.sektor_id), data.undantag.get(p.enhet_id)
        varden |= {sektorsfalt(p, f): _text(sats, f) for f in SATSER}
        varden |= {namndfalt(p, f): _text(undantag, f) for f in UNDANTAG}
    return varden


def _text(rad, falt: str) -> str:
    varde = getattr(rad, falt, None)
    if varde is None or falt == "motiv":
        return varde or ""
    return formatera_fullt(varde, skala=MNKR, minst=1) if falt == "belopp" else formatera_fullt(varde)
