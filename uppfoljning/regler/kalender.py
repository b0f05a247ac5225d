"""Where the occasions of a year's calendar stand on a given day."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple


class Lage(StrEnum):
    """`SLUT`: the period has ended, and the plan names no day for the decision. `PASSERAT`: the day named is over."""

    KOMMER = "kommer"
    NARMAST = "närmast"
    SLUT = "slut"
    PASSERAT = "passerat"


class Dagar(NamedTuple):
    """`period_till` is the last day that is followed up. `behandlas` is the first and the last day that the plan
    allows for the decision, or None when it names none; `fore` says that the decision is to come before them."""

    period_till: date
    behandlas: tuple[date, date] | None = None
    fore: bool = False


def sista_dag(dagar: Dagar) -> date:
    """The last day that the calendar gives: for the decision where it names one, otherwise of the period."""
    if dagar.behandlas is None:
        return dagar.period_till
    return dagar.behandlas[1] - timedelta(days=1) if dagar.fore else dagar.behandlas[1]


def lagen(kalender: Sequence[Dagar], idag: date) -> list[Lage]:
    """The state of each occasion. All that share the nearest last day from `idag` on are NARMAST."""
    dagar = [sista_dag(d) for d in kalender]
    narmast = min((d for d in dagar if d >= idag), default=None)
    svar = []
    for post, dag in zip(kalender, dagar, strict=True):
        if dag == narmast:
            svar.append(Lage.NARMAST)
        elif dag > idag:
            svar.append(Lage.KOMMER)
        else:
            svar.append(Lage.SLUT if post.behandlas is None else Lage.PASSERAT)
    return svar
