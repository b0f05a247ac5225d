"""Values of a measure as cells and rows of a `Tabell`: numbers for a workbook, exactly the digits that were given."""

from collections.abc import Iterable, Sequence

from indikatorer.models import Enhetsslag, Indikator, Matning
from indikatorer.regler.malregel import Matvarde
from indikatorer.tabeller.bedomning import varde_text
from indikatorer.tabeller.ord import KORTA
from regionskane.lib.tabell import Cell, Kolumn, Rad, Radslag

# The unit of a column whose rows each have their own.
RADENS = ""


def talkolumn(nyckel: str, rubrik: str, under: str = "") -> Kolumn:
    return Kolumn(nyckel, rubrik, under, enhet=RADENS)


def _decimaler(varde) -> int:
    return max(0, -varde.as_tuple().exponent)


def talrad(
    indikator: Indikator,
    nyckel: str,
    rubrik: str,
    varden: Sequence[Matvarde | Matning | None],
    ovriga: Iterable[Cell] = (),
    *,
    fore: Iterable[Cell] = (),
    kallor: Sequence[str] = (),
    noter: Sequence[tuple[int, ...]] = (),
    slag: Radslag = Radslag.RAD,
) -> Rad:
    """A row of values, after the cells of `fore` and followed by `ovriga`. `kallor` and `noter` are the values'.

    A value that was given with fewer digits than its neighbours is written as it was given, as text.
    """
    givna = [m.varde for m in varden if m is not None and m.varde is not None]
    decimaler = max([indikator.decimaler, *map(_decimaler, givna)])
    celler = []
    for i, m in enumerate(varden):
        kalla = kallor[i] if kallor else ""
        not_ = noter[i] if noter else ()
        if m is None or m.varde is None:
            celler.append(Cell(kalla=kalla, noter=not_, saknas=KORTA[m.saknas] if m else "–"))
        elif max(_decimaler(m.varde), indikator.decimaler) < decimaler:
            celler.append(Cell(text=varde_text(indikator, m), kalla=kalla, noter=not_))
        else:
            celler.append(Cell(m.varde, kalla=kalla, noter=not_))
    enhet = "procent" if indikator.enhetsslag == Enhetsslag.PROCENT else "antal"
    return Rad(nyckel, rubrik, (*fore, *celler, *ovriga), slag, enhet=enhet, decimaler=decimaler)
