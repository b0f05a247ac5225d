"""The library from a file: kept, shown against what is there, and then taken in as one transaction."""

import hashlib
from dataclasses import dataclass

from django.db import transaction

from indikatorer.actions.bibliotek import OgiltigIndikator, las_in_bibliotek
from indikatorer.imports.bibliotek import KOLUMNER, las_bibliotek
from indikatorer.models import Indikator
from regionskane.jobb.actions import behall, lasbar_plats
from regionskane.lib.anmarkning import Anmarkning, Niva


class BiblioteketAndrat(Exception):
    """The library has changed since the preview. `str()` is a sentence for the user."""

    def __init__(self):
        super().__init__(
            "Biblioteket har ändrats sedan du granskade filen. Inget är sparat; granska på nytt."
        )


@dataclass(frozen=True, slots=True)
class Biblioteksgranskning:
    """What a file would do: each indikator as it is (None: new) and as it would be. With findings it does nothing.

    `avtryck` tells whether a later reading would do the same.
    """

    anmarkningar: tuple[Anmarkning, ...]
    andringar: tuple[tuple[Indikator | None, Indikator], ...] = ()
    oforandrade: int = 0
    avtryck: str = ""


def granska_biblioteksfil(*, sha256: str, by) -> Biblioteksgranskning:
    """What taking in the kept file would do. Nothing is written."""
    return _las_in(sha256, by, "", prova=True)


def ta_emot_biblioteksfil(*, sha256: str, namn: str, avtryck: str, by) -> Biblioteksgranskning:
    """Take in just what was shown. Raises BiblioteketAndrat when the file would do anything else now."""
    with transaction.atomic():
        granskning = _las_in(sha256, by, f"Ur «{namn}» (SHA-256 {sha256})")
        if granskning.anmarkningar or granskning.avtryck != avtryck:
            raise BiblioteketAndrat
        behall(sha256)
    return granskning


def _las_in(sha256: str, by, varfor: str, *, prova: bool = False) -> Biblioteksgranskning:
    fil = las_bibliotek(lasbar_plats(sha256).read_bytes())
    if fil.anmarkningar:
        return Biblioteksgranskning(fil.anmarkningar)
    try:
        inlasning = las_in_bibliotek(rader=fil.rader, by=by, varfor=varfor, prova=prova)
    except OgiltigIndikator as fel:
        return Biblioteksgranskning(
            tuple(
                Anmarkning("RAD", Niva.FEL, text, int(plats.removeprefix("rad ")))
                for plats, texter in fel.fel.items()
                for text in texter
            )
        )
    andringar = inlasning.andringar
    return Biblioteksgranskning((), andringar, len(inlasning.oforandrade), _avtryck(andringar))


def _avtryck(andringar) -> str:
    summa = hashlib.sha256()
    for par in andringar:
        summa.update(repr([i and [str(getattr(i, k)) for k in KOLUMNER] for i in par]).encode())
    return summa.hexdigest()
