"""Ersättningsmodellen: a total shared by percentages, with a dämpare on each one's change.

Verksamhetsplan och budget 2024, textrad 3123–3155, and bilaga 4B, 4121–4123. The document says that the model gives a
percentage of the total, and that a dämpare limits the effect up and down against today's regionbidrag. It does not
say who bears what the dämpare leaves over. Here the undamped share it in proportion to what the model gives them;
whoever that drives to a limit stays there, and the rest is shared again until nothing is left.

That is one number: every share is multiplied by the same factor, each effect is cut at its limits, and the factor is
the one for which the effects sum to what they shall. So the result depends on no order, and there is only one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from itertools import pairwise

from regionskane.lib.belopp import avrunda

REGEL = "ersattningsmodell-1"
# Regionbidrag is decided in mnkr with one decimal.
STEG = Decimal(100_000)
HUNDRA = Decimal(100)


class ModellFel(ValueError):
    """The model cannot be counted with those values."""


class AndelsFel(ModellFel):
    """The percentages are not the parts of a whole. `summa` is what they come to."""

    def __init__(self, summa: Decimal):
        self.summa = summa
        super().__init__(f"Andelarna summerar till {summa} procent.")


class DampareFel(ModellFel):
    """The dämpare are too tight for the total: the effects cannot reach it. `mojligt` is the nearest sum of
    effects that they allow, `ska_bli` what they should come to, in kronor."""

    def __init__(self, mojligt: Decimal, ska_bli: Decimal):
        self.mojligt, self.ska_bli = mojligt, ska_bli
        super().__init__(f"Dämparna tillåter {mojligt} men effekterna ska bli {ska_bli} kronor.")


@dataclass(frozen=True, slots=True)
class Parametrar:
    """`total` in kronor; `andelar` in percent per enhet id, given to `andelssteg` (0.1: one decimal); `upp` and
    `ned` in percent of today's regionbidrag, None without a dämpare."""

    total: Decimal
    andelar: Mapping[int, Decimal]
    andelssteg: Decimal
    upp: Decimal | None = None
    ned: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Utfall:
    """What an enhet gets, in kronor: today, by the model alone, and its change before and after the dämpare.
    `andel` is its fraction of the total; `dampad` is 1 for one held back upwards, −1 downwards, otherwise 0."""

    idag: Decimal
    andel: Decimal
    fordelat: Decimal
    utan_dampare: Decimal
    effekt: Decimal
    dampad: int

    @property
    def nytt(self) -> Decimal:
        return self.idag + self.effekt


def ersattningsmodell(idag: Mapping[int, Decimal], p: Parametrar) -> dict[int, Utfall]:
    """The outcome per enhet id of `idag` (today's regionbidrag, kronor). The effects sum to the total less today's sum,
    to zero when nothing is added; each is a whole number of STEG and keeps its limits.

    Published percentages are rounded: they are taken as parts of their own sum when that is 100 to within half of the
    last digit for each, and refused otherwise (AndelsFel). DampareFel when no outcome keeps the limits.
    """
    enheter = list(idag)
    procent = {e: p.andelar.get(e, Decimal(0)) for e in enheter}
    summa = sum(procent.values(), Decimal(0))
    if abs(summa - HUNDRA) > len(enheter) * p.andelssteg / 2 or min(procent.values(), default=Decimal(0)) < 0:
        raise AndelsFel(summa)
    fordelat = {e: p.total * procent[e] / summa for e in enheter}
    ska_bli = avrunda(p.total - sum(idag.values(), Decimal(0)), STEG)
    ned = HUNDRA if p.ned is None else min(p.ned, HUNDRA)
    golv = {e: _till_steg(-idag[e] * ned / HUNDRA, upp=True) for e in enheter}
    tak = {e: None if p.upp is None else _till_steg(idag[e] * p.upp / HUNDRA, upp=False) for e in enheter}
    lagst = sum(golv.values(), Decimal(0))
    # Whoever has no share of the model takes no share of the rest either.
    hogst = None if p.upp is None else sum((tak[e] if procent[e] else golv[e] for e in enheter), Decimal(0))
    if ska_bli < lagst or (hogst is not None and ska_bli > hogst):
        raise DampareFel(lagst if ska_bli < lagst else hogst, ska_bli)
    effekter = _i_steg(_fordela(idag, fordelat, golv, tak, ska_bli), golv, tak, ska_bli)
    return {
        e: Utfall(
            idag[e],
            procent[e] / summa,
            fordelat[e],
            fordelat[e] - idag[e],
            effekter[e],
            _dampad(fordelat[e] - idag[e], golv[e], tak[e], p),
        )
        for e in enheter
    }


def _till_steg(x: Decimal, *, upp: bool) -> Decimal:
    return (x / STEG).to_integral_value(ROUND_CEILING if upp else ROUND_FLOOR) * STEG


def _dampad(effekt: Decimal, golv: Decimal, tak: Decimal | None, p: Parametrar) -> int:
    if tak is not None and effekt > tak:
        return 1
    return -1 if p.ned is not None and effekt < golv else 0


def _fordela(idag, fordelat, golv, tak, ska_bli) -> dict[int, Fraction]:
    """The effects for the one factor that makes them sum to `ska_bli`. Fractions, so that no digit is lost."""

    def effekt(e, faktor: Fraction) -> Fraction:
        x = max(faktor * Fraction(fordelat[e]) - Fraction(idag[e]), Fraction(golv[e]))
        return x if tak[e] is None else min(x, Fraction(tak[e]))

    def summan(faktor: Fraction) -> Fraction:
        return sum((effekt(e, faktor) for e in idag), Fraction(0))

    # Between two of these no effect meets or leaves a limit, so there the sum is a straight line.
    brytpunkter = sorted(
        {Fraction(0), Fraction(1)}
        | {
            Fraction(idag[e] + grans) / Fraction(fordelat[e])
            for e in idag
            if fordelat[e]
            for grans in (golv[e], tak[e])
            if grans is not None
        }
    )
    brytpunkter.append(brytpunkter[-1] + 1)
    mal = Fraction(ska_bli)
    # With no ceiling the last piece goes on for ever; the first piece that reaches the goal is the one.
    stycken = list(pairwise(brytpunkter))
    a, b = next(((a, b) for a, b in stycken if summan(b) >= mal), stycken[-1])
    lutning = summan(b) - summan(a)
    faktor = a if not lutning else a + (b - a) * (mal - summan(a)) / lutning
    return {e: effekt(e, faktor) for e in idag}


def _i_steg(effekter: Mapping[int, Fraction], golv, tak, ska_bli) -> dict[int, Decimal]:
    """Whole steps with the same sum: those with the largest rests are rounded up, as many as it takes. Each keeps its
    limits, which are whole steps themselves."""
    antal = {e: x / Fraction(STEG) for e, x in effekter.items()}
    hela = {e: x.numerator // x.denominator for e, x in antal.items()}
    kvar = int(ska_bli / STEG) - sum(hela.values())
    for e in sorted(effekter, key=lambda e: antal[e] - hela[e], reverse=True)[: max(kvar, 0)]:
        hela[e] += 1
    return {e: n * STEG for e, n in hela.items()}
