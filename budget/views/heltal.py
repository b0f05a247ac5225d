"""Whole numbers out of addresses, where anybody may write anything."""

from django.http import Http404


def las_heltal(text: str, minst: int, hogst: int) -> int:
    """A number written in plain digits, from `minst` to `hogst`. 404 for everything else."""
    if not (
        text.isascii() and text.isdecimal() and len(text) <= len(str(hogst)) and minst <= int(text) <= hogst
    ):
        raise Http404
    return int(text)
