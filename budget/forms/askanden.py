"""The forms of an äskande: why it is asked for, and what it is answered."""

from decimal import Decimal

from django import forms

from budget.forms.justering import Beloppsfalt
from budget.models import Askandeutfall
from budget.selectors.askanden import Askanderad, radens_avtryck
from budget.tabeller.askanden import begart_mot_ramen, beviljat_i_falt


class Motivformular(forms.Form):
    text = forms.CharField(
        label="Motiv",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Vad pengarna behövs till, och vad som händer utan dem. Krävs när delen lämnas in.",
        error_messages={"max_length": "Motivet får ha högst 2000 tecken."},
    )
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, rad: Askanderad, **kwargs):
        m = rad.motiv
        super().__init__(*args, initial={"text": m.text if m else "", "rev": m.rev if m else 0}, **kwargs)
        # It may be saved empty, but the part is not handed in without it.
        self.fields["text"].kravs_senare = True


class Svarsformular(forms.Form):
    """An answer to a row, with a field for every year that it asks for something in (`belopp-2024`)."""

    utfall = forms.ChoiceField(
        label="Svar",
        widget=forms.RadioSelect,
        error_messages={"required": "Välj ett svar.", "invalid_choice": "Välj ett svar."},
    )
    text = forms.CharField(
        label="Skäl",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Krävs när äskandet avslås. Nämnden läser det.",
        error_messages={"max_length": "Skälet får ha högst 2000 tecken."},
    )
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # What is answered: the row as it was shown.
    avtryck = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args, rad: Askanderad, **kwargs):
        svar = rad.svar
        initial = {
            "utfall": svar.utfall if svar else None,
            "text": svar.text if svar else "",
            "rev": svar.rev if svar else 0,
            "avtryck": radens_avtryck(rad),
        }
        begart = begart_mot_ramen(rad)
        beviljat = beviljat_i_falt(rad)
        super().__init__(
            *args, initial=initial | {f"belopp-{ar}": text for ar, text in beviljat.items()}, **kwargs
        )
        till = (
            "Till justering: ett utkast till justering av det som begärs"
            if rad.mot_ram
            else "Beviljas: det som begärs ska läggas upp bland investeringsobjekten"
        )
        self.fields["utfall"].choices = [
            (Askandeutfall.JUSTERING, till),
            (Askandeutfall.DELVIS, "Delvis: beloppen nedan"),
            (Askandeutfall.AVSLAS, "Avslås"),
        ]
        mot = " mot ramen" if rad.mot_ram else ""
        self.aren = tuple(begart)
        for ar, text in begart.items():
            kvar = " Tomt betyder att det som beviljas året före ligger kvar." if rad.mot_ram else ""
            self.fields[f"belopp-{ar}"] = Beloppsfalt(
                label=f"Beviljas delvis {ar}{mot}, mnkr",
                required=False,
                help_text=f"Begärt: {text}.{kvar if ar != self.aren[0] else ''}",
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )
        self.order_fields(["utfall", *(f"belopp-{ar}" for ar in self.aren), "text", "rev", "avtryck"])

    def delvis(self) -> dict[int, Decimal]:
        """The amounts of a partial answer, kronor by year."""
        return {ar: b.varde for ar in self.aren if (b := self.cleaned_data[f"belopp-{ar}"])}
