"""Regionbidrag as a bridge: the year's level is last year's plus its decided justeringar (doman.md 3)."""

from decimal import Decimal

from budget.regler.kontroll import Skillnad, jamfor


def utgaende(ingaende: Decimal, forandring: Decimal) -> Decimal:
    """The level that the bridge leads to, in kronor: last year's level and the sum of the year's justeringar."""
    return ingaende + forandring


def provad(tryckt: Decimal, ingaende: Decimal, forandring: Decimal, *, precision: Decimal) -> Skillnad | None:
    """A decided or printed level against the bridge, in kronor; None when they agree.

    Bilaga 4B prints HSN 2024 as 15 428,7 where 14 688,3 and its printed justeringar give 15 428,6.
    """
    return jamfor(tryckt, utgaende(ingaende, forandring), precision=precision)
