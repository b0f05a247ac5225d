"""Whether a percentage was written as a share or without its decimal comma: 0,85 or 850 where the row has 85."""

from decimal import Decimal

# How far from the other value it may be when the comma is moved, by how many steps it is moved. One step is less sure.
_SPANN = {2: Decimal("2.5"), -2: Decimal("2.5"), 1: Decimal("1.25"), -1: Decimal("1.25")}
_HUNDRA = Decimal(100)


def fel_steg(varde: Decimal, jamfort: Decimal) -> int | None:
    """How many steps the decimal comma of a percentage is to be moved (2: times a hundred) for it to be about as the
    other value of the same row; None when it is in order, or cannot be told."""
    if not varde or not jamfort or (varde < 0) != (jamfort < 0):
        return None
    for steg, spann in _SPANN.items():
        kvot = varde.scaleb(steg) / jamfort
        # More than all, where the other is not, says itself that a comma is missing.
        vidd = 2 if steg == -1 and abs(varde) > _HUNDRA >= abs(jamfort) else spann
        if 1 / vidd <= kvot <= vidd:
            return steg
    return None


def flytta(varde: Decimal, steg: int) -> Decimal:
    """The value with its comma moved, in the digits that it has."""
    flyttat = varde.scaleb(steg)
    return flyttat.quantize(Decimal(1)) if flyttat.as_tuple().exponent > 0 else flyttat
