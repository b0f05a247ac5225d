"""The filter of a plan."""

from collections.abc import Iterable

from django import forms

from organisation.models import Enhet, Namnd
from regionskane.lib.radfalt import Radfalt
from uppfoljning.models import Punkttyp
from uppfoljning.selectors.malplan import INGEN, Filter

TYPER = (Punkttyp.DELMAL, Punkttyp.UPPDRAG)


class Filterformular(forms.Form):
    """What of an uppföljningsplan to show."""

    sok = Radfalt(
        label="Sök i planen", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    ansvarig = forms.ChoiceField(label="Ansvarig", required=False)
    huvudansvarig = forms.ChoiceField(label="Huvudansvarig eller ensam", required=False)
    typ = forms.ChoiceField(
        label="Typ", required=False, choices=[("", "Alla"), *((t.value, t.label) for t in TYPER)]
    )
    nytt = forms.ChoiceField(label="Nytt i år", required=False)

    def __init__(self, *args, ar: int, ansvariga: Iterable[Namnd | Enhet] = (), **kwargs):
        super().__init__(*args, **kwargs)
        vilka = [(v.kod, v.namn) for v in ansvariga]
        self.fields["ansvarig"].choices = [("", "Alla"), *vilka]
        self.fields["huvudansvarig"].choices = [("", "Alla"), *vilka, (INGEN, "Ingen utpekad")]
        self.fields["nytt"].choices = [("", "Alla"), ("ja", f"Nya {ar}"), ("nej", "Från tidigare år")]


def las_filter(fraga) -> Filter:
    """The filter of an address. An unknown kod finds nothing, as an unknown word does."""
    typ, nytt = fraga.get("typ", ""), fraga.get("nytt", "")
    return Filter(
        sok=fraga.get("sok", "").strip()[:100],
        ansvarig=fraga.get("ansvarig", "")[:50],
        huvudansvarig=fraga.get("huvudansvarig", "")[:50],
        typ=typ if typ in TYPER else "",
        nytt=nytt if nytt in ("ja", "nej") else "",
    )
