"""Whether a printed figure follows from others that are printed too, each known only to its last digit."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

from indikatorer.regler.malregel import EXAKT, IngetMal, Malregel, Malvarde, Operator, Riktning, Troskel

_HUNDRA = Decimal(100)
_TAL = re.compile(r"[-\u2212]?\d[\d \u00a0]*(?:,\d+)?$")


class Slag(StrEnum):
    AVRUNDNING = "avrundning"
    FEL = "fel"


class Spann(NamedTuple):
    """A computed figure and the least and greatest that it can be, when what it is computed from is rounded."""

    mitt: Decimal
    lagst: Decimal
    hogst: Decimal


@dataclass(frozen=True, slots=True)
class Skillnad:
    """`differens` is printed minus computed. Rounding explains it, or it does not."""

    differens: Decimal
    slag: Slag


def tryckt_tal(text: str) -> Decimal:
    """The number of «45», «15 092», «-0,1», «drygt 13». Raises ValueError."""
    if not (m := _TAL.search(text.strip())):
        raise ValueError(f"«{text}» har inget tal.")
    rent = m[0].replace("\u2212", "-").replace("\u00a0", "").replace(" ", "")
    return Decimal(rent.replace(",", "."))


def steg(tal: Decimal) -> Decimal:
    """The value of the last digit that a number was given with."""
    return Decimal(1).scaleb(min(0, tal.as_tuple().exponent))


def spann(tal: Decimal) -> Spann:
    """What a printed number may be, unrounded."""
    halv = steg(tal) / 2
    return Spann(tal, tal - halv, tal + halv)


def jamfor(tryckt: Decimal, beraknat: Spann) -> Skillnad | None:
    """None when the computed figure, rounded as the printed one, is that one; else what kind of difference it is."""
    s = steg(tryckt)
    if beraknat.mitt.quantize(s, rounding=ROUND_HALF_UP) == tryckt:
        return None
    inom = beraknat.lagst - s / 2 <= tryckt <= beraknat.hogst + s / 2
    return Skillnad(EXAKT.subtract(tryckt, beraknat.mitt), Slag.AVRUNDNING if inom else Slag.FEL)


def jamfor_varden(tryckt: Decimal, anvant: Decimal) -> Skillnad | None:
    """Two printings of one value. They agree when the finer one, rounded as the coarser, is that one."""
    grov, fin = (tryckt, anvant) if steg(tryckt) >= steg(anvant) else (anvant, tryckt)
    skillnad = jamfor(grov, Spann(fin, fin, fin))
    return skillnad and Skillnad(EXAKT.subtract(tryckt, anvant), skillnad.slag)


def differens(nu: Decimal, fore: Decimal) -> Spann:
    """A change, in the unit of the values."""
    a, b = spann(nu), spann(fore)
    return Spann(EXAKT.subtract(nu, fore), a.lagst - b.hogst, a.hogst - b.lagst)


def forandring(nu: Decimal, fore: Decimal) -> Spann | None:
    """A change in percent of the earlier value, with its sign; None when that may be zero.

    The documents divide by the value as it stands, so hours of absence (negative) that grow grow by plus.
    """
    a, b = spann(nu), spann(fore)
    if b.lagst <= 0 <= b.hogst:
        return None
    mojliga = [
        EXAKT.divide(EXAKT.multiply(x - y, _HUNDRA), y)
        for x in (a.lagst, a.hogst)
        for y in (b.lagst, b.hogst)
    ]
    mitt = EXAKT.divide(EXAKT.multiply(nu - fore, _HUNDRA), fore)
    return Spann(mitt, min(mojliga), max(mojliga))


def summa(delar: Iterable[Decimal]) -> Spann:
    """The sum of printed numbers."""
    spannen = [spann(d) for d in delar]
    return Spann(*(sum((s[i] for s in spannen), Decimal(0)) for i in range(3)))


def vagd_andel(delar: Iterable[tuple[int, Decimal | None]]) -> Spann | None:
    """The share of the whole, from the parts' sizes and printed percentages (None: not shown, so anything).

    None without parts that are shown.
    """
    n = kant = 0
    mitt = lagst = hogst = Decimal(0)
    for antal, andel in delar:
        n += antal
        if andel is None:
            hogst += antal * _HUNDRA
            continue
        kant += antal
        mitt += antal * andel
        lagst += antal * max(Decimal(0), spann(andel).lagst)
        hogst += antal * min(_HUNDRA, spann(andel).hogst)
    if not kant:
        return None
    return Spann(EXAKT.divide(mitt, kant), EXAKT.divide(lagst, n), EXAKT.divide(hogst, n))


def samma_mal(a: Malregel, b: Malregel, riktning: Riktning) -> bool:
    """Whether two targets judge every value alike, however their units are written out.

    A level without a sign («80 procent») is reached when the value is there, so it differs from «>80%».
    """
    return _normal(a, riktning) == _normal(b, riktning)


def _normal(regel: Malregel, riktning: Riktning):
    if isinstance(regel, Malvarde) and riktning != Riktning.INGEN:
        regel = Troskel(Operator.MINST if riktning == Riktning.HOGRE else Operator.HOGST, regel.grans)
    if isinstance(regel, Troskel):
        return regel.operator, regel.grans
    return "-" if isinstance(regel, IngetMal) else regel
