"""Whether amounts were given in another unit than the table's: tkr, mdkr or kronor where it is in mnkr.

Nothing here is certain, so the answer is never a conversion but a question, asked once for all that came together.

A value is held against the figures of *the same row*: its other years, and the same cell of the version that it is a
copy of. Never against the row above: in one table 18,0 and −53 834 stand under each other, and both are right. Sign is
left out, since a row may turn from plus to minus.

- References smaller than `MINST` of the table's units tell nothing: from 0,3 to 300 is what happens when a building
  begins, and a zero has no size at all. The value itself may be smaller («0,357» for 357 mnkr).
- It looks like another unit when it lies between 300 and 3 000 times most of the references (`VIDD` round a thousand).
  The room is for what a row changes from one year to the next, up to about three times either way. Amounts of a row
  seldom differ by more than a factor of ten, so 300 is far from anything true. A wider room would meet more that is
  true, and soon the rooms of the units beside it.
- In miljarder amounts have decimals («39,71»). A whole number is taken for what it is: that a row falls from 3 000 to 5
  happens, and nobody writes 3 000 mnkr as 3 when more is known. So may a row fall to 0,3; beside values that look right
  that is what it did, since nobody gives one row in miljarder. No row rises a thousand times.
- It looks right when it lies within ten times of at least half of the references. What lies between tells nothing
  either way, and follows the rest.

One value that looks right beside those that do not makes it a mixed matter, where only those that look wrong are
meant. Without one, everything that came together is taken to be in the same unit, also what has nothing to be held
against: a sheet is written in one unit.

The page says the same while somebody works: `static/js/inmatning/enhetssinne.js`, held to this by a test.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

# The least that a reference is, in the table's units.
MINST = 1
# How far from exactly a thousand times, as fractions of ten: 300 to 3 000.
VIDD = (Decimal("0.3"), Decimal(3))
# How far from its references a value may be that looks right.
RIMLIGT = 10


class Enhet(StrEnum):
    """A unit that amounts may have been given in."""

    KR = "kr"
    TKR = "tkr"
    MNKR = "mnkr"
    MDKR = "mdkr"


# What a value is to be divided by for it to be in mnkr.
DELAS_MED = {
    Enhet.KR: Decimal(1_000_000),
    Enhet.TKR: Decimal(1_000),
    Enhet.MNKR: Decimal(1),
    Enhet.MDKR: Decimal("0.001"),
}


class Slag(StrEnum):
    """What the values that came together look like."""

    INGET = "inget"
    HELT = "helt"
    BLANDAT = "blandat"


@dataclass(frozen=True, slots=True)
class Varde:
    """A new value at `plats` with the figures of its row, all of them in the table's unit."""

    plats: Hashable
    varde: Decimal
    mot: Sequence[Decimal]


@dataclass(frozen=True, slots=True)
class Utslag:
    """What is asked of `antal` values: whether they are in `enhet`. `ser_ut` are those that look so, `galler` the
    places that an answer of yes concerns."""

    slag: Slag = Slag.INGET
    enhet: Enhet = Enhet.MNKR
    ser_ut: tuple[Varde, ...] = ()
    galler: tuple[Hashable, ...] = ()
    antal: int = 0

    def __bool__(self) -> bool:
        return self.slag != Slag.INGET


INGET_UTSLAG = Utslag()


def bedom_vardet(varde: Decimal, mot: Iterable[Decimal]) -> Enhet | None:
    """The unit that one value looks like: MNKR when it looks right, None when nothing tells."""
    storlek, jamforda = abs(varde), [abs(m) for m in mot if abs(m) >= MINST]
    if not storlek or not jamforda:
        return None
    for enhet, delat in DELAS_MED.items():
        if enhet == Enhet.MNKR or (enhet == Enhet.MDKR and storlek == storlek.to_integral_value()):
            continue
        lagst, hogst = (delat * v for v in VIDD)
        if 2 * sum(lagst * m <= storlek <= hogst * m for m in jamforda) > len(jamforda):
            return enhet
    rimliga = sum(m <= RIMLIGT * storlek and storlek <= RIMLIGT * m for m in jamforda)
    return Enhet.MNKR if 2 * rimliga >= len(jamforda) else None


def bedom(varden: Iterable[Varde]) -> Utslag:
    """What to ask about values that came together: in a paste, a workbook or a file."""
    varden = list(varden)
    sedda: dict[Enhet, list[Varde]] = {}
    for v in varden:
        if enhet := bedom_vardet(v.varde, v.mot):
            sedda.setdefault(enhet, []).append(v)
    if Enhet.MNKR in sedda:
        sedda.pop(Enhet.MDKR, None)
    andra = [e for e in DELAS_MED if e != Enhet.MNKR and e in sedda]
    if not andra:
        return INGET_UTSLAG
    enhet = max(andra, key=lambda e: len(sedda[e]))
    ser_ut = tuple(sedda[enhet])
    if len(sedda) > 1:
        return Utslag(Slag.BLANDAT, enhet, ser_ut, tuple(v.plats for v in ser_ut), len(varden))
    return Utslag(Slag.HELT, enhet, ser_ut, tuple(v.plats for v in varden), len(varden))


def narmast(v: Varde, enhet: Enhet) -> Decimal:
    """The reference that a value is nearest to when it is read in `enhet`: the one to show beside it."""
    last = abs(v.varde) / DELAS_MED[enhet]
    return min((m for m in v.mot if abs(m) >= MINST), key=lambda m: abs(abs(m) - last))
