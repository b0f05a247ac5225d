"""Telling rounding from error when a printed figure and its parts do not agree."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from regionskane.lib.belopp import avrunda


class Slag(StrEnum):
    AVRUNDNING = "avrundning"
    FEL = "fel"


@dataclass(frozen=True, slots=True)
class Skillnad:
    """`differens` is printed minus computed, in kronor. `slag` says what kind of difference it is."""

    differens: Decimal
    slag: Slag


def jamfor(tryckt: Decimal, beraknat: Decimal, *, precision: Decimal) -> Skillnad | None:
    """Compare a printed figure with the computed one, both in kronor; None when they agree.

    They agree when the computed figure, rounded to the printed `precision` (kronor of the last printed
    digit), is the printed one. One step of that precision is what rounding of the parts explains; more
    is an error. An amount is never adjusted to make them agree. A figure that was entered may be finer than the
    coarsest of its parts («10» beside «361,3»), and then it is itself that agrees.
    """
    if tryckt == beraknat or avrunda(beraknat, precision) == tryckt:
        return None
    differens = tryckt - beraknat
    return Skillnad(differens, Slag.AVRUNDNING if abs(differens) <= precision else Slag.FEL)
