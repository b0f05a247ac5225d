"""Tilläggsbudget: a decision on spending during the year says how it is paid for (KL 11:15)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Satt(StrEnum):
    """How the decision says that it is paid for."""

    OMFORDELNING = "omfordelning"
    INTAKTER = "intakter"
    RESULTAT = "resultat"


class Brist(StrEnum):
    """Why the figures do not bear the way of financing that the decision names."""

    NAMNDER_FAR_MER = "namnder_far_mer"
    INTAKTER_OKAR_INTE = "intakter_okar_inte"
    RESULTATET_FORSAMRAS = "resultatet_forsamras"
    RESULTATET_FORSAMRAS_INTE = "resultatet_forsamras_inte"


@dataclass(frozen=True, slots=True)
class Tal:
    """An amount before and after a tilläggsbudget, in kronor. `beslutat` is what was decided before and `fore` what its
    parts gave, which differ where it was printed so; the change is one of facts. None is no amount."""

    beslutat: Decimal | None = None
    fore: Decimal | None = None
    efter: Decimal | None = None

    @property
    def andring(self) -> Decimal:
        return (self.efter or Decimal(0)) - (self.fore or Decimal(0))


@dataclass(frozen=True, slots=True)
class Andring:
    """What a tilläggsbudget changes in the budget year, in kronor: the nämnder's regionbidrag in all, verksamhetens
    intäkter with skatt, utjämning och bidrag, and årets resultat. Plus is more, and a better result."""

    regionbidrag: Decimal
    intakter: Decimal
    resultat: Decimal


def provad_finansiering(satt: Satt, andring: Andring) -> Brist | None:
    """Whether the figures do what the decision says (KL 11:15); None when they do.

    Omfördelning: the nämnder get no more together and the result is no worse. Intäkter: they rise and the result
    is no worse. Resultat: it is worse, which the decision then owns up to.
    """
    if satt == Satt.RESULTAT:
        return None if andring.resultat < 0 else Brist.RESULTATET_FORSAMRAS_INTE
    if satt == Satt.OMFORDELNING and andring.regionbidrag > 0:
        return Brist.NAMNDER_FAR_MER
    if satt == Satt.INTAKTER and andring.intakter <= 0:
        return Brist.INTAKTER_OKAR_INTE
    return Brist.RESULTATET_FORSAMRAS if andring.resultat < 0 else None


def betalt_av_intakter(satt: Satt | None, bidrag: Decimal, kostnader: Decimal, intakter: Decimal) -> Decimal:
    """How much of what the nämnder get more (`bidrag`) than the nettokostnader have grown (`kostnader`) is paid for by
    more of verksamhetens intäkter (`intakter`), where the decision says that they pay (KL 11:15).

    They are in nettokostnaderna, so a cost that they pay for is not seen there. Never more than they have grown.
    """
    if satt != Satt.INTAKTER or bidrag <= 0:
        return Decimal(0)
    return max(min(bidrag - kostnader, intakter), Decimal(0))


def utokning(andring: Andring, omfordelat: Decimal = Decimal(0)) -> Decimal:
    """What a decision lets anybody spend more in the budget year (KL 11:15: en utgift), never below zero.

    The regionbidrag and the costs of the resultatbudget are two views of the same spending, so it is the larger of
    them; where neither grows it is what is moved to some enheter from others (`omfordelat`).
    """
    kostnader = andring.intakter - andring.resultat
    netto = max(andring.regionbidrag, kostnader, Decimal(0))
    return netto or omfordelat
