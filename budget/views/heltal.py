"""Whole numbers out of addresses, where anybody may write anything."""

from django.http import Http404

from budget.models import Budgetversion


def las_heltal(text: str, minst: int, hogst: int) -> int:
    """A number written in plain digits, from `minst` to `hogst`. 404 for everything else."""
    if not (
        text.isascii() and text.isdecimal() and len(text) <= len(str(hogst)) and minst <= int(text) <= hogst
    ):
        raise Http404
    return int(text)


def las_arval(text: str, version: Budgetversion, standard: int) -> tuple[int, str]:
    """The year that an address asks for, or the `standard` one, with a sentence when the version has no figures of
    the year that was asked for. 404 for what is no year."""
    ar = las_heltal(text, 0, 9999) if text else standard
    if ar in version.ar_lista:
        return ar, ""
    aren = f"{version.ar}–{version.ar_lista[-1]}" if version.planar else str(version.ar)
    return standard, f"{version.namn} gäller {aren} och har inga belopp för {ar}. Här visas {standard}."
