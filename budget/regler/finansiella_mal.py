"""Finansiella mål: what the region has decided that its economy shall bear.

The goals stand in «Verksamhetsplan och budget 2024», the section on finansiella mål: resultatmål,
skuldsättningsmål and finansieringsmål. That the balanskrav holds every year is part of the resultatmål
(KL 11:5, 11:12). The limits are dated in `budget.regler.parametrar`.

Amounts are `Decimal` in kronor, shares unrounded fractions. What is not known is None and judges nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from budget.regler import parametrar

NOLL = Decimal(0)


class Utfall(StrEnum):
    """What a goal came to."""

    UPPFYLLT = "uppfyllt"
    EJ_UPPFYLLT = "ej_uppfyllt"
    KAN_EJ_BEDOMAS = "kan_ej_bedomas"


@dataclass(frozen=True, slots=True)
class Malunderlag:
    """What is known of one year. `bas` is skatt + utjämning + generella bidrag. Nettolåneskuld,
    avskrivningar, investeringar and synnerliga skäl are positive."""

    ar: int
    arets_resultat: Decimal | None = None
    bas: Decimal | None = None
    nettolaneskuld: Decimal | None = None
    avskrivningar: Decimal | None = None
    investeringar: Decimal | None = None
    balanskravsresultat: Decimal | None = None
    synnerliga_skal: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Avsteg:
    """A decision to depart for a while from a goal, in the years `fran`–`till`. `beslut` says who and when."""

    mal: str
    fran: int
    till: int
    motiv: str
    beslut: str


@dataclass(frozen=True, slots=True)
class Bedomning:
    """The judgement of one goal. `saknas` is the kronor by which the result must improve, or the debt
    fall, to meet it: zero when it is met, None when nothing can be judged. `kanda_ar` of `fonster` years
    lie behind `andel`."""

    utfall: Utfall
    andel: Decimal | None = None
    saknas: Decimal | None = None
    kanda_ar: int = 1
    fonster: int = 1


@dataclass(frozen=True, slots=True)
class Malar:
    """One year against every goal. `resultatandel` is that of the year alone."""

    underlag: Malunderlag
    resultatandel: Decimal | None
    resultatmal: Bedomning
    balanskrav: Bedomning
    skuldsattningsmal: Bedomning
    sjalvfinansieringsgrad: Decimal | None

    @property
    def ar(self) -> int:
        return self.underlag.ar


def bedom(underlag: Iterable[Malunderlag]) -> tuple[Malar, ...]:
    """Every year against the goals, in order. A year may stand there once only (ValueError)."""
    aren = sorted(underlag, key=lambda u: u.ar)
    if len({u.ar for u in aren}) != len(aren):
        raise ValueError("Samma år står två gånger i underlaget.")
    return tuple(
        Malar(
            u,
            _andel(u.arets_resultat, u.bas),
            resultatmal(aren, u.ar),
            balanskrav(u),
            skuldsattningsmal(u),
            sjalvfinansieringsgrad(u),
        )
        for u in aren
    )


def resultatmal(underlag: Iterable[Malunderlag], ar: int) -> Bedomning:
    """The sum of results over the sum of bas in the years that end with `ar` (Verksamhetsplan och budget
    2024, resultatmål).

    Judged only when every year of the window is known; the share is that of the known years.
    """
    fonster, grans = parametrar.RESULTATMAL_FONSTER.for_ar(ar), parametrar.RESULTATMAL_ANDEL.for_ar(ar)
    if fonster is None or grans is None:
        return Bedomning(Utfall.KAN_EJ_BEDOMAS, kanda_ar=0)
    kanda = [
        u
        for u in underlag
        if ar - fonster < u.ar <= ar and u.arets_resultat is not None and u.bas is not None
    ]
    resultat, bas = sum((u.arets_resultat for u in kanda), NOLL), sum((u.bas for u in kanda), NOLL)
    andel = _andel(resultat, bas)
    if len(kanda) < fonster or andel is None:
        return Bedomning(Utfall.KAN_EJ_BEDOMAS, andel, None, len(kanda), fonster)
    return _utfall(grans * bas - resultat, andel, len(kanda), fonster)


def balanskrav(u: Malunderlag) -> Bedomning:
    """The balanskravsresultat is not negative (KL 11:5, 11:12).

    Synnerliga skäl (KL 11:13) free the region from restoring a deficit and do not make the goal met: they are
    shown beside it.
    """
    if u.balanskravsresultat is None:
        return Bedomning(Utfall.KAN_EJ_BEDOMAS)
    return _utfall(-u.balanskravsresultat)


def skuldsattningsmal(u: Malunderlag) -> Bedomning:
    """Nettolåneskuld over bas at the end of the year (Verksamhetsplan och budget 2024, skuldsättningsmål)."""
    grans, andel = parametrar.SKULDSATTNINGSMAL_ANDEL.for_ar(u.ar), _andel(u.nettolaneskuld, u.bas)
    if grans is None or andel is None:
        return Bedomning(Utfall.KAN_EJ_BEDOMAS, andel)
    return _utfall(u.nettolaneskuld - grans * u.bas, andel)


def sjalvfinansieringsgrad(u: Malunderlag) -> Decimal | None:
    """(Årets resultat + avskrivningar) / investeringar (Verksamhetsplan och budget 2024, finansieringsmål).

    The document sets no limit, so it is a measure and no judgement.
    """
    if u.arets_resultat is None or u.avskrivningar is None:
        return None
    return _andel(u.arets_resultat + u.avskrivningar, u.investeringar)


def gallande_avsteg(avsteg: Iterable[Avsteg], mal: str, ar: int) -> Avsteg | None:
    """The decided departure from a goal in `ar`, if any. It changes no judgement: it is shown beside it."""
    return next((a for a in avsteg if a.mal == mal and a.fran <= ar <= a.till), None)


def _andel(taljare: Decimal | None, namnare: Decimal | None) -> Decimal | None:
    return None if taljare is None or namnare is None or namnare <= 0 else taljare / namnare


# By the amount and not by the share: a quotient is cut after 28 digits and could tip a boundary.
def _utfall(brist: Decimal, andel: Decimal | None = None, kanda_ar: int = 1, fonster: int = 1) -> Bedomning:
    utfall = Utfall.EJ_UPPFYLLT if brist > 0 else Utfall.UPPFYLLT
    return Bedomning(utfall, andel, max(brist, NOLL), kanda_ar, fonster)
