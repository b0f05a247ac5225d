"""The forms of a nämnd's part: opening for entry, giving back, another last day."""

from django import forms


def _dag(etikett: str, **tillval) -> forms.DateField:
    return forms.DateField(
        label=etikett,
        # The browser's own calendar speaks ISO; without it people write the date as they please.
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d/%m %Y"],
        error_messages={
            "required": "Välj en sista dag.",
            "invalid": "Skriv dagen som år-månad-dag, till exempel 2024-10-01.",
        },
        **tillval,
    )


class Oppningsformular(forms.Form):
    sista_dag = _dag(
        "Sista dag att lämna in",
        help_text="Nämnderna påminns 7, 3 och 1 dag före, på sista dagen och varje vardag som de är sena.",
    )


class Dagformular(forms.Form):
    sista_dag = _dag("Ny sista dag")
    rev = forms.IntegerField(widget=forms.HiddenInput)


class Aterlamningsformular(forms.Form):
    kommentar = forms.CharField(
        label="Vad ska nämnden komplettera?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": "Skriv vad nämnden ska komplettera. Kommentaren följer med delen tillbaka.",
            "max_length": "Kommentaren får ha högst 2000 tecken.",
        },
    )
    sista_dag = _dag("Ny sista dag", required=False, help_text="Lämna tomt om den gamla gäller.")
    rev = forms.IntegerField(widget=forms.HiddenInput)
