"""Uppräkning of regionbidrag by percentages of a base (doman.md 3; Medicinsk service, internbudget 2025)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from regionskane.lib.belopp import avrunda

REGEL = "upprakning-2"
# Regionbidrag is decided in mnkr with one decimal, so each part is rounded to that before it is added.
STEG = Decimal(100_000)
HUNDRA = Decimal(100)


@dataclass(frozen=True, slots=True)
class Satser:
    """Percent of the base: 1.5 is one and a half percent. Effektivisering is given with minus.

    Löner and priser are given apart and each as its part of the whole base, so that their sum is the weighted
    percentage that the documents print on one row (Medicinsk service 2025: 1,5 %). They are counted as that one
    part: rounded apart they would not always give the printed amount.
    """

    loner: Decimal
    priser: Decimal
    demografi: Decimal
    medicinteknik: Decimal
    effektivisering: Decimal

    @property
    def loner_priser(self) -> Decimal:
        return self.loner + self.priser

    def delar(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """The percentages that are counted each for itself."""
        return self.loner_priser, self.demografi, self.medicinteknik, self.effektivisering


@dataclass(frozen=True, slots=True)
class Forslag:
    """What an enhet would get, in kronor: its base, the part of each sats in their order, and the sum."""

    bas: Decimal
    delar: tuple[Decimal, Decimal, Decimal, Decimal]

    @property
    def summa(self) -> Decimal:
        return sum(self.delar, Decimal(0))


def upprakning(baser: Mapping[int, Decimal], satser: Satser) -> dict[int, Forslag]:
    """The proposal per enhet id. `baser` are kronor: last year's regionbidrag and its tekniska justeringar.

    Medicinsk service 2025: 581,3 mnkr with 1,5 / 0,5 / 0,5 / −1,5 % gives 8,7 + 2,9 + 2,9 − 8,7 = 5,8.
    """
    return {
        enhet: Forslag(bas, tuple(avrunda(bas * sats / HUNDRA, STEG) for sats in satser.delar()))
        for enhet, bas in baser.items()
    }


def summera(forslag: Iterable[Forslag]) -> Forslag:
    """All of them together: what FINANS is to pay, part by part, in kronor."""
    alla = list(forslag)
    return Forslag(
        sum((f.bas for f in alla), Decimal(0)),
        tuple(sum((f.delar[i] for f in alla), Decimal(0)) for i in range(4)),
    )
