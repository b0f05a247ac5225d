"""The form for a decision to depart from a finansiellt mål."""

from django import forms

from budget.forms.beslutsdatum import fattat
from budget.models import Mal, Malavsteg


class Avstegsformular(forms.ModelForm):
    """Goal, years, motive, and who decided when. The years are those of the version."""

    fran = forms.TypedChoiceField(label="Från år", coerce=int)
    till = forms.TypedChoiceField(label="Till och med år", coerce=int)

    class Meta:
        model = Malavsteg
        fields = ("mal", "fran", "till", "motiv", "organ", "datum", "paragraf")
        labels = {
            "mal": "Mål",
            "motiv": "Motiv",
            "organ": "Beslutande organ",
            "datum": "Beslutsdatum",
            "paragraf": "Paragraf i protokollet",
        }
        help_texts = {
            "motiv": "Varför målet inte nås, och när det ska nås igen.",
            "paragraf": "Till exempel § 91.",
        }
        widgets = {
            "datum": forms.DateInput(attrs={"type": "date"}),
            "motiv": forms.Textarea(attrs={"rows": 4}),
        }
        error_messages = {"datum": {"invalid": "Skriv datumet som 2023-11-28."}}

    def __init__(self, *args, version, **kwargs):
        super().__init__(*args, instance=Malavsteg(version=version, organ="Regionfullmäktige"), **kwargs)
        self.fields["mal"].choices = [("", "Välj …"), *Mal.choices]
        for falt in ("fran", "till"):
            self.fields[falt].choices = [(ar, str(ar)) for ar in version.ar_lista]
        for falt in ("datum", "paragraf"):
            self.fields[falt].required = True
        self.fields["datum"].validators.append(fattat)

    def clean(self):
        data = super().clean()
        fran, till = data.get("fran"), data.get("till")
        if fran and till and till < fran:
            self.add_error("till", f"Välj {fran} eller ett senare år.")
        return data
