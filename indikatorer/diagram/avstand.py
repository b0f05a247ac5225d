"""How far from their targets different measures are, on one scale."""

from collections.abc import Sequence
from decimal import Decimal

from indikatorer.regler.avstand import relativt_avstand
from indikatorer.regler.bedomning import Utfall
from indikatorer.selectors.bedomning import Bedomd
from indikatorer.tabeller.bedomning import avstand_text
from indikatorer.tabeller.ord import LAGEN
from regionskane.lib.tidsserie import Malzon, Prick, Prickdiagram

# What a page holds.
FLEST = 12
_ETT = Decimal(1)
_MARKEN = {Utfall.UPPFYLLT: "klart", Utfall.EJ_UPPFYLLT: "avvikelse"}


def bygg_avstandsdiagram(rader: Sequence[Bedomd], *, namn) -> Prickdiagram | None:
    """Each judged cell's distance as a share of what is demanded, the furthest from its target first.

    `namn` writes a cell's name. What is more than all of the demand away is drawn at the edge. None without any.
    """
    matta = [(a, b) for b in rader if (a := relativt_avstand(b.bedomning)) is not None]
    if not matta:
        return None
    matta.sort(key=lambda par: par[0])
    nadda = sum(b.bedomning.utfall == Utfall.UPPFYLLT for _, b in matta)
    visade = matta[:FLEST]
    prickar = tuple(
        Prick(
            namn(b),
            min(max(a, -_ETT), _ETT),
            f"{LAGEN[b.bedomning.utfall].text}, {avstand_text(b.indikator, b.bedomning)}",
            _MARKEN[b.bedomning.utfall],
            b.bedomning.preliminar,
            Malzon(b.ar, Decimal(0), None, "0"),
        )
        for a, b in visade
    )
    vilka = f" De {len(visade)} längst från målet av {len(matta)}." if len(visade) < len(matta) else ""
    return Prickdiagram(
        f"{nadda} av {len(matta)} bedömda mål är uppfyllda",
        f"Avstånd till målet som andel av kravet; bandet är uppfyllt.{vilka}",
        prickar,
        spann=(-_ETT, _ETT),
    )
