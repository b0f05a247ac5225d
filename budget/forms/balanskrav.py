"""The form for a decision about a year's deficit."""

from django import forms

from budget.models import Balanskravsbeslut, Beslutsslag, Versionskolumn


class Beslutsformular(forms.ModelForm):
    """Organ, date, paragraph and motive of a decision by KL 11:12 or 11:13."""

    ar = forms.TypedChoiceField(label="Underskottsår", coerce=int)

    class Meta:
        model = Balanskravsbeslut
        fields = ("ar", "slag", "senast_ar", "organ", "datum", "paragraf", "motiv")
        labels = {
            "slag": "Vad beslutet gäller",
            "senast_ar": "Återställs senast år",
            "organ": "Beslutande organ",
            "datum": "Beslutsdatum",
            "paragraf": "Paragraf i protokollet",
            "motiv": "Motiv",
        }
        help_texts = {
            "senast_ar": "Fylls i bara när underskottet ska återställas under längre tid än tre år.",
            "paragraf": "Till exempel § 91.",
            "motiv": "Det som fullmäktige har angett som skäl.",
        }
        widgets = {
            "datum": forms.DateInput(attrs={"type": "date"}),
            "motiv": forms.Textarea(attrs={"rows": 4}),
        }
        error_messages = {
            "datum": {"invalid": "Skriv datumet som 2023-11-28."},
        }

    def __init__(self, *args, version, **kwargs):
        super().__init__(*args, instance=Balanskravsbeslut(version=version), **kwargs)
        aren = Versionskolumn.objects.filter(version=version, uppstallning__kod="balanskrav")
        self.fields["ar"].choices = [(ar, str(ar)) for ar in sorted(aren.values_list("ar", flat=True))]
        self.fields["organ"].initial = "Regionfullmäktige"

    def clean(self):
        data = super().clean()
        slag, senast, ar = data.get("slag"), data.get("senast_ar"), data.get("ar")
        if slag == Beslutsslag.LANGRE_TID and not senast:
            self.add_error("senast_ar", "Skriv det år då underskottet senast ska vara återställt.")
        if slag and slag != Beslutsslag.LANGRE_TID and senast:
            self.add_error("senast_ar", "Lämna tomt: året gäller bara återställande under längre tid.")
        if slag == Beslutsslag.LANGRE_TID and senast and ar and senast <= ar + 3:
            self.add_error("senast_ar", f"Lagen ger redan tid till {ar + 3}. Skriv ett senare år.")
        return data
