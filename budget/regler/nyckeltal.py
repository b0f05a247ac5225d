"""Nyckeltal: lines that follow from other lines by a named rule. Region Skåne prints them as percentages in
«Verksamhetsplan och budget 2024»: intäktsökning, nettokostnadsutveckling and befolkningsökning in the section
on planeringsförutsättningar, soliditet under the balansbudget.

Values are unrounded percent (3.1 is 3,1 %). What cannot be computed is None: a figure that is missing is
never taken for zero.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

HUNDRA = Decimal(100)


@dataclass(frozen=True, slots=True)
class Regel:
    """A rule as it is told: what it is called, how it computes, and the years back that it looks."""

    namn: str
    raknas_som: str
    ar_bak: int
    berakna: Callable[[Decimal | None, Decimal | None], Decimal | None]


def tillvaxt(nu: Decimal | None, fore: Decimal | None) -> Decimal | None:
    """How much a line has grown since the year before, in percent of what it was.

    A cost that is written with minus grows when it becomes more negative. From nothing, or to the other side of
    zero, there is no growth to speak of.
    """
    if nu is None or not fore or nu * fore < 0:
        return None
    return (nu / fore - 1) * HUNDRA


def kvot(taljare: Decimal | None, namnare: Decimal | None) -> Decimal | None:
    """One line in percent of another. A share of nothing, or of a negative figure, says nothing."""
    if taljare is None or namnare is None or namnare <= 0:
        return None
    return taljare / namnare * HUNDRA


REGLER = {
    "tillvaxt": Regel("Förändring mot året före", "{taljare} {ar} / {taljare} {fore} − 1", 1, tillvaxt),
    "kvot": Regel("Andel", "{taljare} / {namnare}", 0, kvot),
}
