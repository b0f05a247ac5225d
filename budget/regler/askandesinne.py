"""Whether an äskande was written as what it is to be: the whole level, in mnkr.

An äskande is the regionbidrag that the nämnd asks for, and is held against the ram of its own year. What people write
instead is the addition («20» where the ram is 387,6), the level in another unit («407 600»), or the addition in another
unit («20 000»). None of it is certain, so the answer is never a conversion but the ways that a figure may be read.

- What lies within half and twice the ram is a level, and nothing is asked: no nämnd asks for less than half of what it
  has, or more than twice, in the course of a normal year.
- What is a level in another unit is not an addition too.
- An addition is at most half the ram, and at least `MINSTA_TILLSKOTT`: «20» is not 20 tkr.
- A ram below `MINST` tells nothing.

An investment has no ram of its own. One that is larger than all that the nämnd has for its drift looks like another
unit.
"""

from decimal import Decimal
from typing import NamedTuple

from budget.regler.enhetssinne import DELAS_MED, MINST, Enhet

MINSTA_TILLSKOTT = Decimal("0.1")
_ANDRA = (Enhet.TKR, Enhet.KR)


class Lasning(NamedTuple):
    """A way to read a figure: in `enhet`, as the level or as an addition to the ram. Hashable, and the same for all
    figures that may be read so."""

    enhet: Enhet
    tillskott: bool

    def niva(self, varde: Decimal, ram: Decimal) -> Decimal:
        """What the figure is as a level in mnkr."""
        last = varde / DELAS_MED[self.enhet]
        return ram + last if self.tillskott else last


def lasningar(varde: Decimal, ram: Decimal) -> tuple[Lasning, ...]:
    """The other ways that an äskande in mnkr may be read; none when it looks like a level."""
    if abs(ram) < MINST or _ar_niva(varde, ram):
        return ()
    if nivaer := [Lasning(e, False) for e in _ANDRA if _ar_niva(varde / DELAS_MED[e], ram)]:
        return tuple(nivaer)
    for enhet in (Enhet.MNKR, *_ANDRA):
        storlek = abs(varde / DELAS_MED[enhet])
        if storlek <= abs(ram) / 2:
            if not varde or storlek >= MINSTA_TILLSKOTT:
                return (Lasning(enhet, True),)
            break
    return ()


def lasningar_av_investering(varde: Decimal, ram: Decimal) -> tuple[Lasning, ...]:
    """As `lasningar`, of an investment: `ram` is what its nämnd has for its drift."""
    if abs(ram) < MINST or abs(varde) <= abs(ram):
        return ()
    return next(((Lasning(e, False),) for e in _ANDRA if abs(varde / DELAS_MED[e]) <= abs(ram)), ())


def _ar_niva(varde: Decimal, ram: Decimal) -> bool:
    return varde * ram > 0 and abs(ram) <= 2 * abs(varde) and abs(varde) <= 2 * abs(ram)
