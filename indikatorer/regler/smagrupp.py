"""Small groups: what stands on fewer than five persons or events is not shown, and neither is how few they are."""

from decimal import Decimal

MINSTA_GRUPP = 5
FARRE = f"<{MINSTA_GRUPP}"


def ar_fa(antal: Decimal | int | None) -> bool:
    """Whether a number of persons or events is too small to be told. None and zero are not."""
    return antal is not None and 0 < antal < MINSTA_GRUPP


def bygger_pa_fa(antal: int | None, namnare: Decimal | None) -> bool:
    """Whether a value with this number behind it, and this denominator, stands on too few."""
    return ar_fa(antal) or ar_fa(namnare)
