"""Uppräkning of regionbidrag: a sektor's percentages on each nämnd's base, with exceptions.

Verksamhetsplan och budget 2024, textrad 3049–3053: after the year's tekniska justeringar hälso- och sjukvård is
raised by 2,9 percent and the others by 2,3. Bilaga 4B prints the amounts (textrad 4114 and 4229). They come out
exactly, each of them, when every part of a rate is counted and rounded for itself to 0,1 mnkr and then added: 3,1 %
(justerad LPIK, textrad 2897), 0,8 and 0,5 % and −1,5 % for hälso- och sjukvård, 3,8 % (without läkemedel, 2898) and
−1,5 % for the others. The net rate in one multiplication is 0,1 off for eight of them. The internbudget 2025 of
Medicinsk service prints the parts and is counted the same way: 581,3 mnkr with 1,5 / 0,5 / 0,5 / −1,5 % gives
8,7 + 2,9 + 2,9 − 8,7 = 5,8.

A nämnd may have a rate of its own, which is one part, or an amount of its own, which is taken as it is. Löner and
priser are either one weighted percentage, or two with weights: vikt_loner × löner + vikt_priser × priser, counted
unrounded and as one part of the sektor's rate.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from regionskane.lib.belopp import avrunda

REGEL = "upprakning-3"
# Regionbidrag is decided in mnkr with one decimal, so each part is rounded to that before it is added.
STEG = Decimal(100_000)
HUNDRA = Decimal(100)
OVANLIG_SATS = Decimal(10)
NOLL = Decimal(0)


class VikterSaknas(ValueError):
    """Löner and priser of a sektor are given apart and some nämnder have no weights. `enheter` are their ids."""

    def __init__(self, enheter: Iterable[int]):
        self.enheter = tuple(enheter)
        super().__init__(f"Vikter saknas: {self.enheter}")


def ar_ovanlig(sats: Decimal) -> bool:
    """Whether a rate, in percent, should be asked about: no year's has been near ten, and «29» is what 2,9 becomes
    without its comma."""
    return abs(sats) > OVANLIG_SATS


@dataclass(frozen=True, slots=True)
class Satser:
    """A sektor's percentages: 1.5 is one and a half percent; effektivisering is given with minus. None is not given.

    `sammanvagt` is löner and priser in one, in place of `loner` and `priser`. Weights are percent of the base.
    """

    sammanvagt: Decimal | None = None
    loner: Decimal | None = None
    vikt_loner: Decimal | None = None
    priser: Decimal | None = None
    vikt_priser: Decimal | None = None
    demografi: Decimal | None = None
    medicinteknik: Decimal | None = None
    effektivisering: Decimal | None = None

    @property
    def vags(self) -> bool:
        """Whether löner and priser are given apart, so that they take weights."""
        return self.loner is not None or self.priser is not None

    @property
    def finns(self) -> bool:
        """Whether the sektor has any rate at all."""
        egna = (self.sammanvagt, self.demografi, self.medicinteknik, self.effektivisering)
        return self.vags or any(s is not None for s in egna)

    def delar(self, vikter: tuple[Decimal, Decimal] | None) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """The percentages that are counted each for itself, with a nämnd's weights."""
        if self.vags:
            loner_priser = ((self.loner or NOLL) * vikter[0] + (self.priser or NOLL) * vikter[1]) / HUNDRA
        else:
            loner_priser = self.sammanvagt or NOLL
        ovriga = (s or NOLL for s in (self.demografi, self.medicinteknik, self.effektivisering))
        return (loner_priser, *ovriga)


@dataclass(frozen=True, slots=True)
class Undantag:
    """What a nämnd has of its own: a rate in percent or an amount in kronor in place of the sektor's, or weights."""

    sats: Decimal | None = None
    belopp: Decimal | None = None
    vikt_loner: Decimal | None = None
    vikt_priser: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Underlag:
    """`bas` in kronor: last year's regionbidrag and the year's tekniska justeringar. `sektor` is its key in satser."""

    bas: Decimal
    sektor: int | None


class Satt(StrEnum):
    """How an amount came about."""

    SEKTOR = "sektor"
    EGEN_SATS = "egen_sats"
    EGET_BELOPP = "eget_belopp"
    UTAN_SATS = "utan_sats"


@dataclass(frozen=True, slots=True)
class Forslag:
    """What an enhet gets, in kronor. `delar` are löner and priser, demografi, medicinsk teknik, effektivisering, and
    what comes of an exception; `satser` the percentages of the first four, `sats` what they are together (None for an
    own amount). `enligt_sektorn` is what the sektor's rate gives, None where it has none or lacks weights."""

    bas: Decimal
    satt: Satt
    delar: tuple[Decimal, Decimal, Decimal, Decimal, Decimal]
    satser: tuple[Decimal, ...] = ()
    sats: Decimal | None = None
    enligt_sektorn: Decimal | None = None

    @property
    def summa(self) -> Decimal:
        return sum(self.delar, NOLL)


def vikter(satser: Satser, undantag: Undantag) -> tuple[Decimal, Decimal] | None:
    """A nämnd's weights of löner and priser: its own, else its sektor's. One that is left out is the rest to 100."""
    for loner, priser in (
        (undantag.vikt_loner, undantag.vikt_priser),
        (satser.vikt_loner, satser.vikt_priser),
    ):
        if loner is not None or priser is not None:
            return (
                HUNDRA - priser if loner is None else loner,
                HUNDRA - loner if priser is None else priser,
            )
    return None


def upprakning(
    underlag: Mapping[int, Underlag], satser: Mapping[int, Satser], undantag: Mapping[int, Undantag]
) -> dict[int, Forslag]:
    """The proposal per enhet id. `satser` are by sektor, `undantag` by enhet id. Raises VikterSaknas."""
    forslag, saknas = {}, []
    for enhet, u in underlag.items():
        egna, sektorns = undantag.get(enhet, Undantag()), satser.get(u.sektor, Satser())
        forslag[enhet] = _ett(u.bas, sektorns, egna)
        if forslag[enhet] is None:
            saknas.append(enhet)
    if saknas:
        raise VikterSaknas(saknas)
    return forslag


def _ett(bas: Decimal, sektorns: Satser, egna: Undantag) -> Forslag | None:
    """None when the amount comes of the sektor's rate and that lacks weights."""
    vikt = vikter(sektorns, egna)
    procent = sektorns.delar(vikt) if sektorns.finns and (vikt or not sektorns.vags) else None
    delar = tuple(avrunda(bas * s / HUNDRA, STEG) for s in procent) if procent else (NOLL,) * 4
    enligt_sektorn = sum(delar, NOLL) if procent else None
    if egna.belopp is not None:
        return Forslag(bas, Satt.EGET_BELOPP, (*(NOLL,) * 4, egna.belopp), (), None, enligt_sektorn)
    if egna.sats is not None:
        eget = avrunda(bas * egna.sats / HUNDRA, STEG)
        return Forslag(bas, Satt.EGEN_SATS, (*(NOLL,) * 4, eget), (), egna.sats, enligt_sektorn)
    if procent:
        return Forslag(bas, Satt.SEKTOR, (*delar, NOLL), procent, sum(procent, NOLL), enligt_sektorn)
    return None if sektorns.finns else Forslag(bas, Satt.UTAN_SATS, (NOLL,) * 5)


def summera(forslag: Iterable[Forslag]) -> tuple[Decimal, tuple[Decimal, ...]]:
    """All of them together, in kronor: the base, and part by part."""
    alla = list(forslag)
    return (
        sum((f.bas for f in alla), NOLL),
        tuple(sum((f.delar[i] for f in alla), NOLL) for i in range(5)),
    )


def finans(forslag: Iterable[Forslag]) -> Decimal:
    """The other side of all of them: what Finansförvaltningen pays, in kronor, with minus."""
    return -sum((f.summa for f in forslag), NOLL)


@dataclass(frozen=True, slots=True)
class Skillnad:
    """An amount that was decided otherwise than the rule gives, in kronor."""

    enhet: int
    beslutat: Decimal
    raknat: Decimal

    @property
    def differens(self) -> Decimal:
        return self.beslutat - self.raknat


def skillnader(forslag: Mapping[int, Forslag], beslutat: Mapping[int, Decimal]) -> list[Skillnad]:
    """Where what was decided (kronor per enhet id) is not what the rule gives, in the order of `forslag`; an enhet
    that is missing on a side has zero there."""
    ordning = (*forslag, *(e for e in beslutat if e not in forslag))
    alla = (Skillnad(e, beslutat.get(e, NOLL), forslag[e].summa if e in forslag else NOLL) for e in ordning)
    return [s for s in alla if s.differens]
