"""Kreditivränta: interest charged to a building project while it is built (budget 2024, övriga förutsättningar).

The rate is the region's average rate on its debt. It is charged on what is laid out and not yet in use; the
budget does not say when parts of an object are taken into use, so what is computed here is a proposal and an
upper bound, shown beside the printed line and never put in its place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Byggobjekt:
    """What a building object has cost before the first year, and each year after that, in kronor."""

    utfall: Decimal
    utgifter: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Kreditivranta:
    """A year's arithmetic, in kronor. `sats` is a fraction, None when none is known; then `ranta` is None too.

    `tryckt_kapital` is the capital that the printed interest would answer to at the same rate.
    """

    ar: int
    sats: Decimal | None
    antal: int
    ingaende: Decimal
    utgift: Decimal
    snitt: Decimal
    ranta: Decimal | None
    tryckt: Decimal | None
    skillnad: Decimal | None
    tryckt_kapital: Decimal | None


def kreditivranta(
    objekt: Iterable[Byggobjekt], ar: int, nummer: int, *, sats: Decimal | None, tryckt: Decimal | None
) -> Kreditivranta:
    """The interest of year `ar`, the `nummer`th of the plan counted from 0.

    Ongoing objects are those that cost something in the year. Capital tied up is what they have cost when the year
    begins, and on average half of the year's own cost.
    """
    pagaende = [o for o in objekt if o.utgifter[nummer]]
    ingaende = sum((o.utfall + sum(o.utgifter[:nummer], Decimal(0)) for o in pagaende), Decimal(0))
    utgift = sum((o.utgifter[nummer] for o in pagaende), Decimal(0))
    snitt = ingaende + utgift / 2
    ranta = None if sats is None else snitt * sats
    return Kreditivranta(
        ar=ar,
        sats=sats,
        antal=len(pagaende),
        ingaende=ingaende,
        utgift=utgift,
        snitt=snitt,
        ranta=ranta,
        tryckt=tryckt,
        skillnad=None if ranta is None or tryckt is None else tryckt - ranta,
        tryckt_kapital=tryckt / sats if sats and tryckt is not None else None,
    )
