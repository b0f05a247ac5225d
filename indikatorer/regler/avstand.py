"""How far from its target something is, so that measures in different units can be put in order."""

from decimal import Decimal

from indikatorer.regler.bedomning import Bedomning
from indikatorer.regler.malregel import EXAKT, Forandring, Forbattring, Intervall, Malvarde, MotRiket, Troskel


def relativt_avstand(b: Bedomning) -> Decimal | None:
    """The distance as a share of what is demanded: −0.25 lacks a quarter of it, positive is past it.

    None when nothing could be judged. A demand of zero, or of a direction only, counts as one unit.
    """
    if b.avstand is None:
        return None
    match b.regel:
        case Troskel(grans=krav) | Malvarde(grans=krav) | Forandring(storlek=krav) | Forbattring(minst=krav):
            pass
        case Intervall(lagst=lagst, hogst=hogst):
            krav = hogst if b.nu.varde > hogst else lagst
        case MotRiket():
            krav = b.referens.varde
        case _:
            krav = Decimal(1)
    return EXAKT.divide(b.avstand, abs(krav) or Decimal(1))
