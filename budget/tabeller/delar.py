"""What the parts of a figure give, where they do not give it: on the cell, and in a note under the table.

A decided figure stands as it was decided. The parts are those that the reader sees, as they stand there, so a table
whose figures add up has no note whatever lies under it.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from budget.regler.kontroll import Slag, jamfor
from regionskane.lib.belopp import ENHETER, avrunda
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Tabell


class Gav(NamedTuple):
    """What lies under a cell that is no sum of rows: a figure (None when it cannot be counted) and what gives it, as a
    part of a sentence: «raden den hämtas från ger»."""

    varde: Decimal | None
    ord: str


Celladress = tuple[str, str]
AVRUNDAT = (
    "Talen visas avrundade vart och ett för sig. Summor och skillnader räknas på beloppen som de är, så de kan skilja "
    "sig från de visade talen i sista siffran."
)
_HELT = Decimal(1)
_INGET = MappingProxyType({})
HAMTAS, RAKNAS, BRYGGAN = "raden den hämtas från ger", "raderna ger", "bryggan ger"


def med_delar(
    tabell: Tabell,
    gav: Mapping[Celladress, Gav] = _INGET,
    *,
    kolumnens: Mapping[str, str] = _INGET,
    radens: Mapping[str, str] = _INGET,
) -> Tabell:
    """The table with `delar_ger` and a note in every amount that its parts do not give.

    `gav` is by row and column key, for amounts that are no sums of the table's rows. `kolumnens` is what a column (by
    key) is called in a note where that is not its year, and `radens` what a row is, whose heading others share. A cell
    that says it already is left.
    """
    per_nyckel = {r.nyckel: r for r in tabell.rader}
    noter = list(tabell.noter)
    rader = tuple(
        replace(r, celler=tuple(_celler(tabell, r, per_nyckel, gav, (kolumnens, radens), noter)))
        if r.celler
        else r
        for r in tabell.rader
    )
    return replace(tabell, rader=rader, noter=tuple(noter))


def med_avrundningsnot(tabell: Tabell, *, alla: bool = False) -> Tabell:
    """The table with a note where a sum or a difference does not follow from the figures as they are shown, since these
    are rounded one by one and it is not counted from them. `alla`: where any figure is rounded."""
    per_nyckel = {r.nyckel: r for r in tabell.rader}
    avrundat = any(
        _avrundat(tabell, rad, j, per_nyckel, alla=alla)
        for rad in tabell.rader
        for j, cell in enumerate(rad.celler)
        if cell.varde is not None and cell.text is None
    )
    return replace(tabell, noter=(*tabell.noter, AVRUNDAT)) if avrundat else tabell


def _avrundat(tabell: Tabell, rad: Rad, j: int, per_nyckel: Mapping[str, Rad], *, alla: bool) -> bool:
    kolumn, cell = tabell.kolumner[j], rad.celler[j]
    if kolumn.slag not in (Kolumnslag.BELOPP, Kolumnslag.DIFFERENS):
        return False
    steg = _steg(rad.i(kolumn))
    if alla:
        return cell.varde % steg != 0
    if kolumn.slag == Kolumnslag.DIFFERENS and kolumn.av:
        plats = {k.nyckel: i for i, k in enumerate(tabell.kolumner)}
        delar = [(rad.celler[plats[n]], faktor) for n, faktor in zip(kolumn.av, (1, -1), strict=True)]
    else:
        delar = [(per_nyckel[n].celler[j], faktor) for n, faktor in rad.delar if n in per_nyckel]
    delar = [(c.varde, faktor) for c, faktor in delar if c.varde is not None]
    # What the exact figures do not give is another matter, and told where it is.
    if not delar or sum(v * faktor for v, faktor in delar) != cell.varde:
        return False
    return sum(avrunda(v / steg, _HELT) * faktor for v, faktor in delar) != avrunda(cell.varde / steg, _HELT)


def _steg(kolumn: Kolumn) -> Decimal:
    """How much the last digit that is shown is worth."""
    return ENHETER[kolumn.enhet] / 10**kolumn.decimaler


def _celler(tabell: Tabell, rad: Rad, per_nyckel, gav, namn, noter: list[str]):
    for j, (kolumn, cell) in enumerate(zip(tabell.kolumner, rad.celler, strict=True)):
        if cell.delar_ger is not None:
            yield cell
            continue
        given = gav.get((rad.nyckel, kolumn.nyckel))
        if given is None and rad.delar and kolumn.slag == Kolumnslag.BELOPP:
            given = _summa(rad, per_nyckel, j)
        text = given and cell.varde is not None and _not(rad, kolumn, cell, given, *namn)
        if not text:
            yield cell
            continue
        noter.append(text)
        yield cell._replace(delar_ger=given.varde, noter=(*cell.noter, len(noter)))


def _summa(rad: Rad, per_nyckel: Mapping[str, Rad], j: int) -> Gav | None:
    delar = [(per_nyckel[n].celler[j].varde, faktor) for n, faktor in rad.delar if n in per_nyckel]
    if all(varde is None for varde, _ in delar):
        return None
    return Gav(sum((v * faktor for v, faktor in delar if v is not None), Decimal(0)), "delarna ger")


def _not(rad: Rad, kolumn: Kolumn, cell: Cell, given: Gav, kolumnens, radens) -> str:
    som = rad.i(kolumn)
    raden = radens.get(rad.nyckel, rad.rubrik)
    namn = f"{raden}{kolumnens.get(kolumn.nyckel, f' {kolumn.rubrik}')} är beslutat till {som.text(cell)}"
    if given.varde == cell.varde:
        return ""
    if given.varde is None:
        return f"{namn}. Det kan inte räknas: ett av talen som det bygger på finns inte i systemet."
    skillnad = jamfor(cell.varde, given.varde, precision=_steg(som))
    if skillnad is None:
        return ""
    differens = replace(som, slag=Kolumnslag.DIFFERENS).text(Cell(abs(skillnad.differens))).lstrip("+")
    slag = "är avrundning" if skillnad.slag == Slag.AVRUNDNING else "är mer än avrundning"
    return f"{namn}; {given.ord} {som.text(Cell(given.varde))}. Skillnaden {differens} {slag}."
