"""What somebody should look at twice before a nämnd's part is handed in. Not errors: nothing here stops it."""

from decimal import Decimal
from enum import StrEnum

# A change beyond this against last year is worth a look. A habit of controllers, not a rule of law.
STOR_ANDRING = Decimal("0.10")


class Varningsslag(StrEnum):
    NOLLAD = "nollad"
    TECKEN = "tecken"
    STOR = "stor"


def bedom(nytt: Decimal | None, forra: Decimal | None, andel: Decimal | None) -> Varningsslag | None:
    """What is odd about an amount beside last year's; `andel` is its relative change. None: nothing, or nothing to
    compare with."""
    if nytt is None or not forra:
        return None
    if nytt == 0:
        return Varningsslag.NOLLAD
    if nytt * forra < 0:
        return Varningsslag.TECKEN
    if andel is not None and abs(andel) > STOR_ANDRING:
        return Varningsslag.STOR
    return None
