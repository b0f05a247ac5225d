"""Values of a cell per year against their targets, and values of a year beside each other, as charts."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from indikatorer.models import Enhetsslag, Indikator
from indikatorer.regler.bedomning import Utfall
from indikatorer.regler.malregel import (
    Forandring,
    Forandringsslag,
    Forbattring,
    Hall,
    Intervall,
    Malvarde,
    Matvarde,
    Riktning,
    Riktningsmal,
    Troskel,
)
from indikatorer.selectors.bedomning import Bedomd
from indikatorer.tabeller.bedomning import tal_text, varde_text
from indikatorer.tabeller.ord import LAGEN, kort, skriv_mal
from regionskane.lib.belopp import formatera_fullt
from regionskane.lib.tidsserie import Malzon, Prick, Prickdiagram, Punkt, Tidsserie

_OPPEN = "oppen"
_MARKEN = {Utfall.UPPFYLLT: "klart", Utfall.EJ_UPPFYLLT: "avvikelse", Utfall.KAN_EJ_BEDOMAS: _OPPEN}


def bygg_tidsserie(aren: Iterable[Bedomd], *, rubrik: str, under: str, minst: int = 0) -> Tidsserie | None:
    """The chart of one cell's judged years (`bedom_indikator`), also of those before the first target.

    A year that lies between two with values is a gap with its reason. None when there is nothing to draw.
    """
    per_ar = {b.ar: b for b in aren}
    varden = matvarden(per_ar)
    if sum(m.varde is not None for m in varden.values()) < max(minst, 1):
        return None
    indikator = next(iter(per_ar.values())).indikator
    alla = range(min(varden), max(max(varden), max(per_ar)) + 1)
    return Tidsserie(
        rubrik=rubrik,
        under=under,
        punkter=tuple(_punkt(indikator, ar, varden.get(ar), per_ar.get(ar)) for ar in alla),
        zoner=tuple(z for ar in alla if ar in per_ar and (z := malzon(per_ar[ar]))),
        text=formatera_fullt,
    )


def matvarden(per_ar: Mapping[int, Bedomd]) -> dict[int, Matvarde]:
    """Every value that the judged years know of, by year."""
    funna = {}
    for b in per_ar.values():
        for m in (b.underlag.nu, *b.underlag.tidigare):
            if m is not None:
                funna[m.ar] = m
    return funna


def _punkt(indikator: Indikator, ar: int, m: Matvarde | None, b: Bedomd | None) -> Punkt:
    if m is None or m.varde is None:
        return Punkt(ar, None, kort(indikator, m), skal=varde_text(indikator, m))
    marke = _MARKEN[b.bedomning.utfall] if b else _OPPEN
    return Punkt(ar, m.varde, _kort_varde(indikator, m), marke, m.preliminar, m.brott)


def _kort_varde(indikator: Indikator, m: Matvarde) -> str:
    """As it is read, with no more of the unit than the percent sign: the text under the heading says the unit."""
    return varde_text(indikator, m) if indikator.enhetsslag == Enhetsslag.PROCENT else tal_text(indikator, m)


def malzon(b: Bedomd) -> Malzon | None:
    """What the year's value has to lie within. A demanded change is counted from what it is compared with."""
    regel = b.bedomning.regel
    grans, uppat = None, True
    match regel:
        case Troskel(operator=operator, grans=grans):
            uppat = operator.uppat
        case Malvarde(grans=grans):
            uppat = b.underlag.riktning != Riktning.LAGRE
        case Intervall(lagst=lagst, hogst=hogst):
            return Malzon(b.ar, lagst, hogst, skriv_mal(regel))
        case Forandring(hall=hall) | Riktningsmal(hall=hall):
            uppat = hall == Hall.OKNING
            grans = _fran_tidigare(
                b, getattr(regel, "storlek", Decimal(0)), uppat, getattr(regel, "slag", None)
            )
        case Forbattring(minst=minst):
            uppat = b.underlag.riktning != Riktning.LAGRE
            grans = _fran_tidigare(b, minst, uppat, None)
    if grans is None:
        return None
    return Malzon(b.ar, grans if uppat else None, None if uppat else grans, skriv_mal(regel))


def _fran_tidigare(b: Bedomd, storlek: Decimal, uppat: bool, slag: Forandringsslag | None) -> Decimal | None:
    fore = b.bedomning.fore
    if fore is None:
        return None
    andring = abs(fore.varde) * storlek / 100 if slag == Forandringsslag.PROCENT else storlek
    return fore.varde + andring if uppat else fore.varde - andring


def bygg_prickar(rader: Iterable[Bedomd], *, namn: Mapping, rubrik: str, under: str) -> Prickdiagram | None:
    """The values of one year beside each other; `namn` by segment id. None for fewer than two."""
    prickar = []
    for b in rader:
        nu = b.bedomning.nu
        if nu is None or nu.varde is None:
            continue
        text = f"{_kort_varde(b.indikator, nu)} {LAGEN[b.bedomning.utfall].text.lower()}"
        prickar.append(
            Prick(namn[b.cell.segment], nu.varde, text, _MARKEN[b.bedomning.utfall], nu.preliminar, malzon(b))
        )
    return Prickdiagram(rubrik, under, tuple(prickar)) if len(prickar) > 1 else None
