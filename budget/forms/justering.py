"""The form of a justering: what it is, and one amount per enhet."""

from decimal import Decimal

from django import forms

from budget.actions.justering import Uppgifter
from budget.models import Block, Budgetversion, Justering
from budget.selectors.justering import FINANS
from budget.selectors.uppstallning import Plats
from regionskane.lib.belopp import MNKR, OgiltigtBelopp, TolkatBelopp, formatera_fullt, tolka_belopp


class Beloppsfalt(forms.CharField):
    """An amount in mnkr as people write it; its clean value is a TolkatBelopp, or None when empty or zero."""

    def clean(self, value) -> TolkatBelopp | None:
        try:
            belopp = tolka_belopp(super().clean(value), skala=MNKR)
        except OgiltigtBelopp as fel:
            raise forms.ValidationError(str(fel)) from fel
        return belopp if belopp and belopp.varde else None


class Justeringsformular(forms.Form):
    """A justering of a version. `enheter` get a field each, named by their kod; FINANS comes last."""

    titel = forms.CharField(label="Titel", max_length=120, error_messages={"required": "Skriv en titel."})
    block = forms.ChoiceField(label="Block", choices=[("", "Välj …"), *Block.choices])
    ar = forms.TypedChoiceField(label="År", coerce=int)
    prisniva = forms.IntegerField(label="Prisnivå, år", min_value=2000, max_value=2100)
    motiv = forms.CharField(
        label="Motiv", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, version: Budgetversion, enheter: tuple[Plats, ...], justering=None, **kwargs):
        self.enheter = enheter
        super().__init__(*args, initial=_fran(version, enheter, justering), **kwargs)
        self.fields["ar"].choices = [(ar, str(ar)) for ar in version.ar_lista]
        self.fields["block"].error_messages["required"] = "Välj ett block."
        for p in enheter:
            self.fields[p.enhet_kod] = Beloppsfalt(
                label=p.enhet_namn,
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    @property
    def uppgiftsfalt(self):
        return [self[namn] for namn in ("titel", "block", "ar", "prisniva", "motiv", "rev")]

    @property
    def beloppsfalt(self):
        return [self[p.enhet_kod] for p in self.enheter]

    def uppgifter(self) -> Uppgifter:
        data = self.cleaned_data
        return Uppgifter(data["ar"], data["block"], data["titel"], data["prisniva"], data["motiv"])

    def rader(self, *, rest_pa_finans: bool) -> dict[int, TolkatBelopp]:
        """Enhet id → amount. With `rest_pa_finans`, FINANS takes what the others leave."""
        rader = {p.enhet_id: b for p in self.enheter if (b := self.cleaned_data[p.enhet_kod])}
        finans = next((p for p in self.enheter if p.enhet_kod == FINANS), None)
        if rest_pa_finans and finans:
            rader.pop(finans.enhet_id, None)
            rest = -sum((b.varde for b in rader.values()), Decimal(0))
            if rest:
                rader[finans.enhet_id] = TolkatBelopp(rest, min(b.precision for b in rader.values()))
        return rader


def _fran(version: Budgetversion, enheter, justering: Justering | None) -> dict:
    if justering is None:
        return {"ar": version.ar, "prisniva": version.ar}
    belopp = {r.enhet_id: formatera_fullt(r.belopp, skala=MNKR) for r in justering.rader.all()}
    falt = ("titel", "block", "ar", "prisniva", "motiv", "rev")
    return {f: getattr(justering, f) for f in falt} | {
        p.enhet_kod: belopp.get(p.enhet_id, "") for p in enheter
    }
