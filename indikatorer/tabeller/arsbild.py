"""The library as it is read: a row per judged cell, and how many came out how."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from indikatorer.diagram.serie import bygg_tidsserie
from indikatorer.models import Indikator, Segment
from indikatorer.regler.bedomning import Utfall
from indikatorer.selectors.arsbild import Bild
from indikatorer.selectors.bedomning import Bedomd
from indikatorer.tabeller.bedomning import motivering
from indikatorer.tabeller.ord import Lage, egen_enhet, kort_tal, lage, skriv_mal
from regionskane.lib.tidsserie import rita_gnista

Nyckel = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Biblioteksrad:
    """A row of the library. `segment` names the enhet too where only one measures it; `forre` is the latest earlier
    value with its year, as read."""

    indikator: Indikator
    segment: str
    url: str
    varde: str
    enhet: str
    fore: str
    mal: str
    lage: Lage
    motivering: str
    gnista: SafeString
    preliminar: bool


def bygg_rader(
    bilder: Sequence[Bild],
    indikatorer: dict[int, Indikator],
    bedomda: dict[Nyckel, Bedomd],
    segment: dict[int, Segment],
    *,
    fraga: str = "",
) -> list[Biblioteksrad]:
    """The rows that a page shows; `bedomda` by indikator and segment id. `fraga` is added to the address of each."""
    return [_rad(b, indikatorer[b.indikator], bedomda.get(b[:2]), segment, fraga) for b in bilder]


def _rad(bild: Bild, indikator: Indikator, b: Bedomd | None, segment, fraga: str) -> Biblioteksrad:
    det = segment.get(bild.segment)
    adress = reverse("indikator", args=[indikator.kod])
    if tillagg := (f"&segment={det.kod}" if det else "") + fraga:
        adress += f"?{tillagg.removeprefix('&')}"
    namn = det.namn if det else ""
    if b is None:
        return Biblioteksrad(indikator, namn, adress, "–", "", "", "–", lage(None), "", mark_safe(""), False)
    fore = next((m for m in b.underlag.tidigare if m.varde is not None), None)
    serie = bygg_tidsserie([b], rubrik=indikator.namn, under="")
    return Biblioteksrad(
        indikator=indikator,
        segment=", ".join(d.namn for d in (det, b.enhet) if d),
        url=adress,
        varde=kort_tal(indikator, b.bedomning.nu),
        enhet=egen_enhet(indikator),
        fore=f"{kort_tal(indikator, fore)} ({fore.ar})" if fore else "",
        mal=skriv_mal(b.bedomning.regel),
        lage=lage(b.bedomning),
        motivering=motivering(indikator, b.bedomning),
        gnista=mark_safe(rita_gnista(serie.punkter)) if serie else mark_safe(""),
        preliminar=b.bedomning.preliminar,
    )


def rakna(bilder: Iterable[Bild]) -> Counter:
    """How many came out how, by Utfall."""
    return Counter(b.utfall for b in bilder if b.utfall)


def rakna_utfall(rader: Iterable[Bedomd]) -> Counter:
    return Counter(b.bedomning.utfall for b in rader)


def rakna_i_ord(antal: Counter) -> str:
    """«41 uppfyllda, 52 ej uppfyllda, 13 kan ej bedömas»."""
    return (
        f"{antal[Utfall.UPPFYLLT]} uppfyllda, {antal[Utfall.EJ_UPPFYLLT]} ej uppfyllda, "
        f"{antal[Utfall.KAN_EJ_BEDOMAS]} kan ej bedömas"
    )
