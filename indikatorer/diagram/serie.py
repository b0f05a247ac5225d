"""Values of a cell per year against their targets, and values of a year beside each other, as charts."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from indikatorer.models import Indikator
from indikatorer.regler.bedomning import Utfall
from indikatorer.regler.malregel import (
    Bevarande,
    Forandring,
    Forandringsslag,
    Forbattring,
    Hall,
    Intervall,
    Malvarde,
    Matvarde,
    MotRiket,
    Riktning,
    Riktningsmal,
    Troskel,
)
from indikatorer.regler.skrift import skriv_tal
from indikatorer.selectors.bedomning import Bedomd
from indikatorer.tabeller.bedomning import varde_text
from indikatorer.tabeller.ord import LAGEN, kort, kort_tal, skriv_mal
from regionskane.lib.belopp import formatera
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
    return Punkt(ar, m.varde, kort_tal(indikator, m), marke, m.preliminar, m.brott)


def malzon(b: Bedomd) -> Malzon | None:
    """What the year's value has to lie within. A demanded change is counted from what it is compared with."""
    regel = b.bedomning.regel
    match regel:
        case Intervall(lagst=lagst, hogst=hogst):
            return Malzon(b.ar, lagst, hogst, skriv_mal(regel))
        case Troskel(operator=operator, grans=grans):
            return _sida(b, grans, operator.uppat, skriv_mal(regel))
        case Malvarde(grans=grans):
            return _sida(b, grans, b.underlag.riktning != Riktning.LAGRE, skriv_mal(regel))
        case Forandring(hall=hall, operator=operator, storlek=storlek, slag=slag):
            return _fran_tidigare(b, storlek, hall == Hall.OKNING, slag, operator.grans_ingar)
        case Riktningsmal(hall=hall):
            return _fran_tidigare(b, Decimal(0), _uppat(b, hall), None, False)
        case Bevarande(hall=hall):
            return _fran_tidigare(b, Decimal(0), _uppat(b, hall), None, True)
        case Forbattring(minst=minst, slag=slag, operator=operator):
            return _fran_tidigare(b, minst, _uppat(b, None), slag, operator.grans_ingar)
        case MotRiket(hall=hall, lika=lika):
            return _fran_tidigare(b, Decimal(0), _uppat(b, hall), None, lika)
    return None


def _uppat(b: Bedomd, hall: Hall | None) -> bool:
    """Whether higher values fulfil; `hall` None is the better way."""
    return b.underlag.riktning != Riktning.LAGRE if hall is None else hall == Hall.OKNING


def _sida(b: Bedomd, grans: Decimal, uppat: bool, text: str) -> Malzon:
    return Malzon(b.ar, grans if uppat else None, None if uppat else grans, text)


def _fran_tidigare(
    b: Bedomd, storlek: Decimal, uppat: bool, slag: Forandringsslag | None, ingar: bool
) -> Malzon | None:
    fore = b.bedomning.referens
    if fore is None:
        return None
    andring = abs(fore.varde) * storlek / 100 if slag == Forandringsslag.PROCENT else storlek
    grans = fore.varde + andring if uppat else fore.varde - andring
    tecken = {(True, True): "≥", (True, False): ">", (False, True): "≤", (False, False): "<"}[uppat, ingar]
    # A percentage of the earlier value may have more digits than anybody measures; it is only drawn, never judged.
    tal = (
        formatera(grans, decimaler=max(b.indikator.decimaler, 1))
        if slag == Forandringsslag.PROCENT
        else skriv_tal(grans)
    )
    return _sida(b, grans, uppat, f"{tecken}\u00a0{tal}")


def bygg_prickar(rader: Iterable[Bedomd], *, namn: Mapping, rubrik: str, under: str) -> Prickdiagram | None:
    """The values of one year beside each other; `namn` by segment id. None for fewer than two."""
    prickar = []
    for b in rader:
        nu = b.bedomning.nu
        if nu is None or nu.varde is None:
            continue
        text = kort_tal(b.indikator, nu)
        if b.bedomning.utfall != Utfall.KAN_EJ_BEDOMAS:
            text += f" {LAGEN[b.bedomning.utfall].text.lower()}"
        prickar.append(
            Prick(namn[b.cell.segment], nu.varde, text, _MARKEN[b.bedomning.utfall], nu.preliminar, malzon(b))
        )
    return Prickdiagram(rubrik, under, tuple(prickar)) if len(prickar) > 1 else None
