"""The form of a justering: what it is, and one amount per enhet."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django import forms

from budget.actions.justering import Uppgifter
from budget.models import Block, Budgetversion, Justering
from budget.regler.upprakning import STEG
from budget.selectors.justering import FINANS, Bryggdata
from budget.selectors.uppstallning import Plats
from regionskane.lib.belopp import MNKR, OgiltigtBelopp, TolkatBelopp, formatera_fullt, tolka_belopp
from regionskane.lib.radfalt import Radfalt


class Beloppsfalt(forms.CharField):
    """An amount in mnkr as people write it; its clean value is a TolkatBelopp, or None when empty.

    A written zero is kept: the printed matrix has some, and saving a justering unchanged changes nothing."""

    def clean(self, value) -> TolkatBelopp | None:
        try:
            return tolka_belopp(super().clean(value), skala=MNKR)
        except OgiltigtBelopp as fel:
            raise forms.ValidationError(str(fel)) from fel


UPPGIFTSFALT = ("titel", "block", "ar", "prisniva", "motiv", "rev")


def faltnamn(plats: Plats) -> str:
    """The name of an enhet's field, apart from those of the other fields whatever its kod is."""
    return f"belopp-{plats.enhet_kod}"


class Justeringsformular(forms.Form):
    """A justering of a version. `enheter` get a field each, named by `faltnamn`."""

    titel = Radfalt(label="Titel", max_length=120, error_messages={"required": "Skriv en titel."})
    block = forms.ChoiceField(label="Block", choices=[("", "Välj …"), *Block.choices])
    ar = forms.TypedChoiceField(label="År", coerce=int)
    prisniva = forms.IntegerField(label="Prisnivå, år", min_value=2000, max_value=2100)
    motiv = forms.CharField(
        label="Motiv", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, version: Budgetversion, enheter: tuple[Plats, ...], justering=None, **kwargs):
        self.enheter = enheter
        super().__init__(*args, initial=sparat(version, enheter, justering), **kwargs)
        self.fields["ar"].choices = [(ar, str(ar)) for ar in version.ar_lista]
        self.fields["block"].error_messages["required"] = "Välj ett block."
        for p in enheter:
            self.fields[faltnamn(p)] = Beloppsfalt(
                label=p.enhet_namn,
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    @property
    def uppgiftsfalt(self):
        return [self[namn] for namn in UPPGIFTSFALT]

    @property
    def beloppsfalt(self):
        return [self[faltnamn(p)] for p in self.enheter]

    def uppgifter(self) -> Uppgifter:
        data = self.cleaned_data
        return Uppgifter(data["ar"], data["block"], data["titel"], data["prisniva"], data["motiv"])

    def ersatts_av(self, justering: Justering) -> dict[str, str]:
        """What `justering` holds now, by the name of each field that says something else. From here on the form
        answers to that state: saved again, it replaces it."""
        skrivet = self.data
        nu = sparat(justering.version, self.enheter, justering)
        self.data = skrivet.copy()
        self.data["rev"] = str(nu.pop("rev"))
        nu_text = {namn: str(v) for namn, v in nu.items()} | {"block": justering.get_block_display()}
        return {
            namn: nu_text[namn] or "inget"
            for namn, varde in nu.items()
            if not self._samma(namn, skrivet.get(namn, ""), str(varde))
        }

    def _samma(self, namn: str, skrivet: str, varde: str) -> bool:
        if not isinstance(self.fields[namn], Beloppsfalt):
            return skrivet.strip() == varde
        a, b = (tolka_belopp(x, skala=MNKR) for x in (skrivet, varde))
        return (a and a.varde) == (b and b.varde)

    def rader(self, *, rest_pa_finans: bool) -> dict[int, TolkatBelopp]:
        """Enhet id → amount. With `rest_pa_finans`, FINANS takes what the others leave."""
        rader = {p.enhet_id: b for p in self.enheter if (b := self.cleaned_data[faltnamn(p)])}
        return lagg_resten_pa_finans(rader, self.enheter) if rest_pa_finans else rader


def lagg_resten_pa_finans(
    rader: Mapping[int, TolkatBelopp], enheter: Iterable[Plats]
) -> dict[int, TolkatBelopp]:
    """The rows with FINANS taking what the others leave."""
    finans = next((p.enhet_id for p in enheter if p.enhet_kod == FINANS), None)
    andra = {enhet: b for enhet, b in rader.items() if enhet != finans}
    rest = -sum((b.varde for b in andra.values()), Decimal(0))
    if finans and rest:
        andra[finans] = TolkatBelopp(rest, min(b.precision for b in andra.values()))
    return andra


def med_finans(belopp: Mapping[int, Decimal], data: Bryggdata) -> dict[int, TolkatBelopp]:
    """Proposed amounts (kronor per enhet id) as rows, FINANS paying their sum. Zeros are left out."""
    rader = {enhet: TolkatBelopp(varde, STEG) for enhet, varde in belopp.items() if varde}
    return lagg_resten_pa_finans(rader, data.enheter)


def sparat(version: Budgetversion, enheter: Iterable[Plats], justering: Justering | None) -> dict:
    """What the form shows before anybody types: the justering as it is saved, by field name."""
    if justering is None:
        return {"ar": version.ar, "prisniva": version.ar}
    belopp = {r.enhet_id: formatera_fullt(r.belopp, skala=MNKR) for r in justering.rader.all()}
    return {f: getattr(justering, f) for f in UPPGIFTSFALT} | {
        faltnamn(p): belopp.get(p.enhet_id, "") for p in enheter
    }
