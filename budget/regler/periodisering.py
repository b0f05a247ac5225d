"""How much of a year's budget falls on some of its months.

Internal follow-up, decided by no law: a nämnd's budget is given for the year, and a period's outcome is judged
against the part of it that falls on the same months. A profile is twelve shares that sum to exactly 1. An amount is
divided by cumulated shares, rounded to the öre, so that the months always sum to the year and adjacent periods to
their union, whatever the shares are.

Cases:
- 1 200 kr in straight twelfths, January–April: 400 kr; 100 kr is 33,33 after April and 100 after December.
- Last year 60 of 240 fell in January: a quarter of this year's budget falls there too.
- Last year summed to nothing: it tells no profile, and `som_forra_aret` answers None.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

MANADER = 12
RAK = tuple(Fraction(1, MANADER) for _ in range(MANADER))
_ORE = Decimal("0.01")

Profil = Sequence[Fraction]


class OgiltigProfil(ValueError):
    """The shares are no profile. `str()` is a Swedish sentence for the user."""


def egen(andelar: Sequence[Decimal]) -> tuple[Fraction, ...]:
    """Twelve shares (0.25 is a quarter), January first, as a profile.

    Raises OgiltigProfil unless they are twelve and sum to exactly 1. A negative share is allowed: a month may take
    back what another has got.
    """
    if len(andelar) != MANADER:
        raise OgiltigProfil("En egen profil har tolv andelar, en för varje månad.")
    summa = sum(andelar, Decimal(0))
    if summa != 1:
        procent = f"{(summa * 100).normalize():f}".replace(".", ",").replace("-", "\u2212")
        raise OgiltigProfil(f"Andelarna summerar till {procent} % och ska bli precis 100 %.")
    return tuple(Fraction(a) for a in andelar)


def som_forra_aret(manader: Mapping[int, Decimal]) -> tuple[Fraction, ...] | None:
    """The shares that the months (1–12) had of last year's amount, in kronor; absent months are zero,
    so the year must be a whole one.

    None when the year sums to zero, or when months are of both signs to the degree that some cumulated share falls
    outside 0–1: then last year says nothing about how this year runs.
    """
    ar = sum((manader.get(m, Decimal(0)) for m in range(1, MANADER + 1)), Decimal(0))
    if not ar:
        return None
    andelar = tuple(Fraction(manader.get(m, Decimal(0))) / Fraction(ar) for m in range(1, MANADER + 1))
    lopande = [_till_och_med(andelar, m) for m in range(1, MANADER + 1)]
    return andelar if all(0 <= x <= 1 for x in lopande) else None


def periodisera(belopp: Decimal, profil: Profil, fran: int, till: int) -> Decimal:
    """The part of a year's `belopp` (kronor) that falls on the months `fran`–`till` (1–12), to the öre."""
    if not 1 <= fran <= till <= MANADER:
        raise ValueError(f"Månaderna {fran}–{till} är ingen period i ett år.")
    return _lopande(belopp, profil, till) - _lopande(belopp, profil, fran - 1)


def andel(profil: Profil, fran: int, till: int) -> Fraction:
    """The share of the year that falls on the months `fran`–`till`."""
    return _till_och_med(profil, till) - _till_och_med(profil, fran - 1)


def _till_och_med(profil: Profil, manad: int) -> Fraction:
    return sum(profil[:manad], Fraction(0))


def _lopande(belopp: Decimal, profil: Profil, manad: int) -> Decimal:
    """What has fallen by the end of a month. Rounded once, halves away from zero."""
    if manad == MANADER:
        return belopp
    exakt = Fraction(belopp) * _till_och_med(profil, manad) * 100
    hela, rest = divmod(abs(exakt.numerator), exakt.denominator)
    oren = hela + (2 * rest >= exakt.denominator)
    return (Decimal(oren if exakt >= 0 else -oren) / 100).quantize(_ORE)
