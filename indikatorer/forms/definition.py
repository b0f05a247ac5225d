"""The forms of a definition and of a target."""

from django import forms
from django.contrib.postgres.forms import SimpleArrayField

from indikatorer.models import Indikator, Malniva
from indikatorer.models.bibliotek import FLEST_UPPDRAG, LANGST_UPPDRAG
from regionskane.lib.radfalt import Radfalt


class Uppdragsfalt(SimpleArrayField):
    """Codes with a comma between. A text that is longer than they can be is not taken apart."""

    def __init__(self, **mer):
        super().__init__(forms.CharField(max_length=LANGST_UPPDRAG), max_length=FLEST_UPPDRAG, **mer)

    def to_python(self, value):
        if isinstance(value, str) and len(value) > FLEST_UPPDRAG * (LANGST_UPPDRAG + 2):
            raise forms.ValidationError(f"Skriv högst {FLEST_UPPDRAG} koder.")
        return super().to_python(value)


class Indikatorformular(forms.ModelForm):
    """What a measure is. `rev` is the revision that the user was shown, 0 for a new one."""

    rev = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    varfor = Radfalt(
        label="Varför ändrar du?", max_length=500, required=False, help_text="Syns i definitionens historik."
    )

    uppdrag = Uppdragsfalt(
        label="Uppdrag",
        required=False,
        help_text="Koder för uppdrag som indikatorn följer, med komma mellan.",
    )

    class Meta:
        model = Indikator
        fields = (
            "kod", "id_nr", "namn", "definition", "taljare", "namnare", "enhetsslag", "enhet", "decimaler", "riktning",
            "kalla", "agare", "periodicitet", "malomrade", "segmentgrupp", "konsuppdelad", "giltig_fran",
            "giltig_till", "kolada_id", "uppdrag", "fotnot", "ordning",
        )  # fmt: skip
        error_messages = {
            "kod": {"invalid": "Koden får bara ha bokstäverna a–z, siffror, bindestreck och understreck."}
        }
        labels = {"kod": "Kod i adressen", "ordning": "Ordning i bilagan"}
        help_texts = {
            "kod": "Bokstäver, siffror och bindestreck. Ändras inte sedan.",
            "giltig_till": "Första dagen som den inte gäller.",
        }
        widgets = {
            f: forms.Textarea(attrs={"rows": 3}) for f in ("definition", "taljare", "namnare", "fotnot")
        } | {
            f: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for f in ("giltig_fran", "giltig_till")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["rev"] = self.instance.rev if self.instance.pk else 0
        if self.instance.pk:
            self.fields["kod"].disabled = True
        self.fields["malomrade"].queryset = self.fields["malomrade"].queryset.order_by("ordning")

    def validate_unique(self):
        """The action does, in the transaction that saves."""


class Malnivaformular(forms.Form):
    """A target as it is written; how it is read is shown before it is saved."""

    ar = forms.IntegerField(label="År", min_value=1990, max_value=2100)
    segment = forms.ModelChoiceField(
        label="Segment", queryset=None, required=False, empty_label="Alla segment utan eget mål"
    )
    regel = Radfalt(
        label="Målnivå",
        max_length=60,
        required=False,
        help_text="Till exempel ≥ 80 %, 3 eller färre, 40–60 %, ökning ≥ 10 %/år, minska med 10 % sedan 2019, "
        "ska inte öka, bättre än riket eller - för inget mål. Tomt tar bort målnivån.",
    )
    kalla = Radfalt(label="Källa", max_length=200, required=False, help_text="Var den är beslutad.")
    varfor = Radfalt(label="Varför ändrar du?", max_length=500, required=False)
    sedd = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
    sedd_rev = forms.IntegerField(min_value=0, widget=forms.HiddenInput, initial=0)

    def __init__(self, *args, indikator, segment, **kwargs):
        super().__init__(*args, **kwargs)
        self.indikator = indikator
        self.fields["segment"].queryset = segment

    def clean(self):
        """A target that was opened stays where it is: its revision says nothing of another year's or segment's."""
        d = super().clean()
        if d.get("sedd_rev") and not d.get("sedd"):
            raise forms.ValidationError("Formuläret är skadat. Ladda om sidan.")
        oppnad = self.indikator.malnivaer.filter(pk=d.get("sedd")).select_related("segment").first()
        for falt in ("ar", "segment"):
            if oppnad and falt in d and d[falt] != (var := getattr(oppnad, falt)):
                self.add_error(
                    falt,
                    f"Målnivån som du har öppnat gäller {var or 'alla segment'} och kan inte flyttas. "
                    "Lägg till en ny i stället.",
                )
        return d

    @classmethod
    def for_malniva(cls, m: Malniva, *, segment):
        return cls(
            initial={
                "ar": m.ar,
                "segment": m.segment_id,
                "regel": m.regel,
                "kalla": m.kalla,
                "sedd": m.pk,
                "sedd_rev": m.rev,
            },
            indikator=m.indikator,
            segment=segment,
        )
