"""What is asked of Kolada."""

import re

from django import forms
from django.utils import timezone

from indikatorer.imports.kolada import EGET_OMRADE, HELA_LANDET
from regionskane.lib.radfalt import Radfalt

FLEST_AR = 15
_KODER = re.compile(r"[A-Za-z0-9]{3,20}\Z")


def _koder(text: str) -> list[str]:
    koder = [k.upper() for k in re.split(r"[\s,;]+", text.strip()) if k]
    if fel := [k for k in koder if not _KODER.match(k)]:
        raise forms.ValidationError(f"«{fel[0][:40]}» är ingen kod i Kolada.")
    return koder


class Koladaformular(forms.Form):
    """Nyckeltal, områden and years. Without nyckeltal: all whose values the user may write."""

    kpier = Radfalt(
        label="Nyckeltal",
        max_length=2000,
        required=False,
        help_text="Till exempel N77825. Tomt hämtar alla som du får lägga in värden för.",
    )
    omraden = Radfalt(
        label="Områden",
        max_length=500,
        initial=f"{EGET_OMRADE} {HELA_LANDET}",
        help_text=f"{EGET_OMRADE} är den egna regionen och {HELA_LANDET} riket.",
    )
    fran = forms.IntegerField(label="Från år", min_value=1990, max_value=2100)
    till = forms.IntegerField(label="Till och med år", min_value=1990, max_value=2100)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        nu = timezone.localdate().year
        self.initial |= {"fran": nu - 5, "till": nu - 1}

    def clean_kpier(self):
        return _koder(self.cleaned_data["kpier"])

    def clean_omraden(self):
        return _koder(self.cleaned_data["omraden"])

    def clean(self):
        data = super().clean()
        fran, till = data.get("fran"), data.get("till")
        if fran and till and not 0 <= till - fran < FLEST_AR:
            self.add_error("till", f"Välj {fran} eller ett senare år, högst {FLEST_AR} år åt gången.")
        return data
