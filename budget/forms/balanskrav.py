"""The form for a decision about a year's deficit."""

from django import forms

from budget.forms.beslutsdatum import fattat
from budget.models import Balanskravsbeslut, Beslutsslag, Versionskolumn

# The law's years to restore a deficit (KL 11:12), and the longest that anybody could mean.
LAGENS_TID, LANGSTA_TID = 3, 30


class Beslutsformular(forms.ModelForm):
    """Organ, date, paragraph and motive of a decision by KL 11:12 or 11:13."""

    ar = forms.TypedChoiceField(
        label="Underskottsår",
        coerce=int,
        help_text="Gäller beslutet ett tidigare års underskott: året då det fattades. Då friar det vad som är kvar.",
    )

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
            "senast_ar": "Bara när underskottet eller resten av det ska återställas under längre tid än tre år.",
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

    def __init__(self, *args, version, utan_underskott: set[int], **kwargs):
        self.utan_underskott = utan_underskott
        super().__init__(*args, instance=Balanskravsbeslut(version=version), **kwargs)
        aren = Versionskolumn.objects.filter(version=version, uppstallning__kod="balanskrav")
        self.fields["ar"].choices = [(ar, str(ar)) for ar in sorted(aren.values_list("ar", flat=True))]
        self.fields["organ"].initial = "Regionfullmäktige"
        self.fields["datum"].required = True
        self.fields["datum"].validators.append(fattat)
        self.fields["slag"].choices = [("", "Välj …"), *Beslutsslag.choices]

    def clean(self):
        data = super().clean()
        slag, senast, ar = data.get("slag"), data.get("senast_ar"), data.get("ar")
        if slag == Beslutsslag.LANGRE_TID and not senast:
            self.add_error("senast_ar", "Skriv det år då underskottet senast ska vara återställt.")
        if slag in (Beslutsslag.ALDRIG, Beslutsslag.ATGARDSPLAN, Beslutsslag.AVISERAT) and senast:
            self.add_error("senast_ar", "Lämna tomt: året gäller bara återställande under längre tid.")
        elif senast and ar and not ar + LAGENS_TID < senast <= ar + LANGSTA_TID:
            self.add_error(
                "senast_ar",
                f"Lagen ger redan tid till {ar + LAGENS_TID}. Skriv ett år mellan {ar + LAGENS_TID + 1} och "
                f"{ar + LANGSTA_TID}.",
            )
        if slag != Beslutsslag.AVISERAT and not data.get("paragraf") and "paragraf" not in self.errors:
            self.add_error("paragraf", "Skriv paragrafen i protokollet. Bara det som är aviserat saknar en.")
        if ar and ar in self.utan_underskott:
            self.add_error(
                "ar",
                f"Balanskravsresultatet {ar} är inte negativt och inget är kvar att återställa, så det finns inget att "
                "besluta om.",
            )
        return data
