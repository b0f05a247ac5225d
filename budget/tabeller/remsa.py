"""The strip over the balanskravsutredning: each year's result and whether the law is met."""

from decimal import Decimal

from budget.regler import balanskrav as regel
from regionskane.lib.tabell import Tabell
from regionskane.lib.visning import visa


def bygg_remsa(tabell: Tabell, utredning: regel.Balanskravsutredning) -> list[dict]:
    """One box per year, as `_komponenter/remsa.html` wants it."""
    vy = visa(tabell)
    rad = next(r for r in vy.rader if r.nyckel == "balanskravsresultat")
    celler = next(r.celler for r in tabell.rader if r.nyckel == "balanskravsresultat")
    return [
        {
            "ar": kolumn.rubrik,
            "slag": kolumn.under,
            "varde": cell.text,
            "url": cell.url,
            "negativ": cell.negativ,
            **_omdome(ar, raden.varde),
        }
        for kolumn, cell, raden, ar in zip(vy.kolumner, rad.celler, celler, utredning.ar, strict=True)
    ]


def _omdome(ar: regel.Arsutredning, resultat: Decimal | None) -> dict:
    """By the figure that stands in the box, which is the decided one. A year that is not entered is not judged."""
    if resultat is None:
        return {"under": "Inga siffror än"}
    if not ar.bedombart:
        return {"under": "Kan inte bedömas än"}
    halls = resultat >= 0
    return {
        "lage": "klart" if halls else "avvikelse",
        "lage_text": "Uppfyllt" if halls else "Underskott",
        "under": _under(ar),
    }


def _under(ar: regel.Arsutredning) -> str:
    if ar.ny_brist > 0:
        return "Ska återställas"
    if ar.synnerliga_skal > 0:
        return "Synnerliga skäl"
    return "Återställer tidigare underskott" if ar.aterstallt > 0 else ""
