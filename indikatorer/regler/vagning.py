"""Totals of parts: from numerators and denominators, never as a mean of percentages."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from indikatorer.regler.malregel import EXAKT

_HUNDRA = Decimal(100)


@dataclass(frozen=True, slots=True)
class Helhet:
    """`taljare` and `namnare` of the whole, and their quotient in percent."""

    taljare: Decimal
    namnare: Decimal
    varde: Decimal


def vag_samman(delar: Iterable[tuple[Decimal | None, Decimal | None]]) -> Helhet | None:
    """The whole of parts given as (numerator, denominator). None when a part lacks either, or there are none: a total
    of what happens to be known is not the total."""
    taljare = namnare = Decimal(0)
    for t, n in delar:
        if t is None or n is None:
            return None
        taljare, namnare = EXAKT.add(taljare, t), EXAKT.add(namnare, n)
    if namnare == 0:
        return None
    return Helhet(taljare, namnare, EXAKT.divide(EXAKT.multiply(taljare, _HUNDRA), namnare))
