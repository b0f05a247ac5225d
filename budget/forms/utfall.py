"""The forms of follow-up: what is followed up, which lines, and how a budget is spread over the months."""

from decimal import Decimal, InvalidOperation

from django import forms

from budget.models import Periodiseringssatt
from budget.selectors.huvudbok import Ordning
from budget.tabeller.utfall import MANADSNAMN
from regionskane.lib.radfalt import Radfalt

MANADER = [(m, namn) for m, namn in enumerate(MANADSNAMN, start=1)]


class Andelsfalt(forms.CharField):
    """A month's share as people write it in percent: «8,33», «8,3333 %». Its clean value is a fraction; empty is 0."""

    def __init__(self, **kwargs):
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(required=False, widget=widget, max_length=20, **kwargs)

    def clean(self, value) -> Decimal:
        text = (
            super()
            .clean(value)
            .removesuffix("%")
            .replace("\u2212", "-")
            .replace("\u00a0", "")
            .replace(" ", "")
        )
        try:
            tal = Decimal(text.replace(",", ".") or "0")
        except InvalidOperation as fel:
            raise forms.ValidationError("Skriv en procentsats, till exempel 8,33.") from fel
        if not tal.is_finite() or abs(tal) > 1000 or tal.as_tuple().exponent < -8:
            raise forms.ValidationError("Andelen ska ha högst åtta decimaler och ligga inom ±1 000 %.")
        return tal / 100


class Periodiseringsformular(forms.Form):
    """One of the ways, and twelve shares for an own profile."""

    satt = forms.ChoiceField(
        label="Budgeten fördelas",
        choices=Periodiseringssatt.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Välj hur budgeten ska fördelas."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for m, namn in MANADER:
            self.fields[f"m{m}"] = Andelsfalt(label=f"{namn.capitalize()}, %")

    @property
    def manadsfalt(self):
        return [self[f"m{m}"] for m, _ in MANADER]

    def andelar(self) -> list[Decimal]:
        return [self.cleaned_data[f"m{m}"] for m, _ in MANADER]


class Radfilterformular(forms.Form):
    """Exact codes, words, and the order of lines. Everything may be left empty."""

    konto = Radfalt(label="Konto", required=False, max_length=40)
    ansvar = Radfalt(label="Ansvar", required=False, max_length=40)
    motpart = Radfalt(label="Motpart", required=False, max_length=40)
    verifikation = Radfalt(label="Verifikation", required=False, max_length=100)
    sok = Radfalt(label="Ord i texten", required=False, max_length=100)
    ordning = forms.ChoiceField(
        label="Ordning",
        required=False,
        choices=[
            (Ordning.PERIOD.value, "Som i huvudboken"),
            (Ordning.STORST.value, "Störst belopp först"),
            (Ordning.KONTO.value, "Konto"),
        ],
    )
