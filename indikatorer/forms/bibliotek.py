"""What the library is filtered and ordered by."""

from django import forms

from indikatorer.models import Enhetsslag, Kon
from indikatorer.regler.bedomning import Utfall
from regionskane.lib.radfalt import Radfalt

UTFALL = (
    ("", "Alla"),
    (Utfall.UPPFYLLT, "Uppfyllda"),
    (Utfall.EJ_UPPFYLLT, "Ej uppfyllda"),
    (Utfall.KAN_EJ_BEDOMAS, "Kan inte bedömas"),
    ("inget", "Varken värde eller mål"),
)
# Wide enough to show the tree in a list.
INDRAG = "\u2003"
ORDNINGAR = (
    ("", "Som i uppföljningsplanen"),
    ("langst", "Längst från målet först"),
    ("narmast", "Bäst mot målet först"),
    ("namn", "Namn"),
)


class Filterformular(forms.Form):
    """Everything may be left out; what cannot be read is as if it were."""

    ar = forms.TypedChoiceField(label="År", coerce=int, required=False)
    sok = Radfalt(
        label="Sök", max_length=100, required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    malomrade = forms.TypedChoiceField(label="Målområde", coerce=int, empty_value=None, required=False)
    agare = forms.TypedChoiceField(label="Nämnd", coerce=int, empty_value=None, required=False)
    utfall = forms.ChoiceField(label="Bedömning", choices=UTFALL, required=False)
    slag = forms.ChoiceField(
        label="Slag av enhet", choices=[("", "Alla"), *Enhetsslag.choices], required=False
    )
    segment = forms.TypedChoiceField(label="Segment", coerce=int, empty_value=None, required=False)
    kon = forms.ChoiceField(
        label="Kön", choices=[("", "Alla"), (Kon.KVINNOR, "Kvinnor"), (Kon.MAN, "Män")], required=False
    )
    enhet = forms.TypedChoiceField(
        label="Förvaltning eller enhet", coerce=int, empty_value=None, required=False
    )
    ordning = forms.ChoiceField(label="Ordning", choices=ORDNINGAR, required=False)

    def __init__(self, data, *, aren, malomraden, namnder, segment, enheter):
        super().__init__(data, label_suffix="")
        alla = [("", "Alla")]
        self.fields["ar"].choices = [(a, str(a)) for a in aren]
        self.fields["malomrade"].choices = alla + [(m.pk, INDRAG * (m.niva - 1) + m.namn) for m in malomraden]
        self.fields["agare"].choices = [*alla, *namnder]
        self.fields["segment"].choices = alla + segment
        self.fields["enhet"].choices = [("", "Hela regionen"), *enheter]
        for falt in self.fields.values():
            if isinstance(falt.widget, forms.Select):
                falt.widget.attrs["class"] = "valj"
        self.is_valid()

    def vard(self, falt: str):
        """What was chosen, or None."""
        return self.cleaned_data.get(falt) or None
