"""Whether a number was written in another scale than the others of its row: a percentage as a share or without its
decimal comma (0,85 or 850 where the row has 85), or 3 400 000 where the row has 3,3 miljoner."""

from decimal import Decimal

# How far from the other value it may be when the comma is moved, by how many steps it is moved. One step is less sure.
_SPANN = {2: Decimal("2.5"), -2: Decimal("2.5"), 1: Decimal("1.25"), -1: Decimal("1.25")}
_MANGDSPANN = dict.fromkeys((-3, 3, -6, 6, -9, 9), Decimal("2.5"))
_HUNDRA = Decimal(100)
_GANGER = {1: "tio", 2: "hundra", 3: "tusen", 6: "en miljon", 9: "en miljard"}


def fel_steg(varde: Decimal, jamfort: Decimal, *, mangd: bool = False) -> int | None:
    """How many steps the decimal comma of a percentage is to be moved (2: times a hundred) for it to be about as the
    other value of the same row; None when it is in order, or cannot be told. `mangd`: of what is measured in thousands,
    millions or money, and no percentage."""
    if not varde or not jamfort or (varde < 0) != (jamfort < 0):
        return None
    for steg, spann in (_MANGDSPANN if mangd else _SPANN).items():
        kvot = varde.scaleb(steg) / jamfort
        # More than all, where the other is not, says itself that a comma is missing.
        vidd = 2 if steg == -1 and abs(varde) > _HUNDRA >= abs(jamfort) else spann
        if 1 / vidd <= kvot <= vidd:
            return steg
    return None


def flytta(varde: Decimal, steg: int) -> Decimal:
    """The value with its comma moved, in the digits that it has; by thousands without zeros that say nothing."""
    flyttat = varde.scaleb(steg)
    if steg <= -3:
        flyttat = flyttat.normalize()
    return flyttat.quantize(Decimal(1)) if flyttat.as_tuple().exponent > 0 else flyttat


def steg_i_ord(steg: int, *, flera: bool = False) -> str:
    """«hundra gånger för litet»; `flera` values are «små»."""
    hur = (("små", "stora") if flera else ("litet", "stort"))[steg < 0]
    return f"{_GANGER[abs(steg)]} gånger för {hur}"
