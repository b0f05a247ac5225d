"""The year's måluppfyllelse to be read in ten minutes: per goal or per nämnd, the furthest from its target first."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from indikatorer.diagram.serie import bygg_tidsserie
from indikatorer.models import Malomrade, Segment
from indikatorer.regler.bedomning import Utfall
from indikatorer.selectors.arsbild import Bild
from indikatorer.selectors.bedomning import Bedomd
from indikatorer.tabeller.arsbild import rakna, rakna_i_ord
from indikatorer.tabeller.bedomning import avstand_text, motivering
from indikatorer.tabeller.ord import Lage, lage
from regionskane.lib.tidsserie import rita_liten

UTAN = "Utan målområde"


@dataclass(frozen=True, slots=True)
class Gruppval:
    """A goal or nämnd with its cells: those to draw (`ej`), and those to tell of in a line each (`uppfyllda`)."""

    rubrik: str
    over: str
    fraga: str
    antal: Counter
    ej: tuple[Bild, ...]
    uppfyllda: tuple[Bild, ...]


@dataclass(frozen=True, slots=True)
class Litet:
    """A small drawing with its words."""

    namn: str
    segment: str
    url: str
    svg: SafeString
    lage: Lage
    text: str
    avstand: str


@dataclass(frozen=True, slots=True)
class Grupp:
    """A group as it is read. `fler_ej` and `fler_uppfyllda` are how many more there are than are shown."""

    rubrik: str
    over: str
    url: str
    rakning: str
    ej: tuple[Litet, ...]
    uppfyllda: tuple[Litet, ...]
    fler_ej: int
    fler_uppfyllda: int


def valj(
    bilder: Iterable[Bild], *, grupp_for: Callable[[Bild], object], grupper: Sequence[tuple], per_grupp: int
) -> list[Gruppval]:
    """Choose what each group shows. `grupper` are (key, heading, heading above, query of the library) in order."""
    delade: dict[object, list[Bild]] = {}
    for b in bilder:
        if b.utfall:
            delade.setdefault(grupp_for(b), []).append(b)
    valda = []
    for nyckel, rubrik, over, fraga in grupper:
        if egna := delade.get(nyckel):
            matta = sorted((b for b in egna if b.avstand is not None), key=lambda b: b.avstand)
            ej = [b for b in matta if b.utfall == Utfall.EJ_UPPFYLLT]
            ja = [b for b in reversed(matta) if b.utfall == Utfall.UPPFYLLT]
            valda.append(
                Gruppval(rubrik, over, fraga, rakna(egna), tuple(ej[:per_grupp]), tuple(ja[:per_grupp]))
            )
    return valda


def malgrupper(malomraden: Sequence[Malomrade]) -> tuple[dict[int, int], list[tuple]]:
    """The group of every goal by id (its insatsområde, or itself above that), and the groups in order."""
    per_id = {m.pk: m for m in malomraden}
    grupp_for, grupper = {}, []
    for m in malomraden:
        grupp_for[m.pk] = m.pk if m.niva <= 2 else m.overordnat_id
        if m.niva <= 2:
            over = per_id[m.overordnat_id].namn if m.overordnat_id else ""
            grupper.append((m.pk, m.namn, over, f"malomrade={m.pk}"))
    return grupp_for, grupper


def bygg_grupper(
    valda: Sequence[Gruppval],
    bedomda: Mapping[tuple[int, int | None], Bedomd],
    segment: Mapping[int, Segment],
    *,
    ar: int,
) -> list[Grupp]:
    """The groups with their drawings; `bedomda` by indikator and segment id."""
    svar = []
    for g in valda:
        # A value may have been taken away since the picture of the year was made.
        ej = tuple(_litet(bedomda[b[:2]], segment) for b in g.ej if b[:2] in bedomda)
        svar.append(
            Grupp(
                g.rubrik,
                g.over,
                f"{reverse('indikatorer')}?ar={ar}&{g.fraga}",
                rakna_i_ord(g.antal),
                ej,
                tuple(_litet(bedomda[b[:2]], segment, rita=False) for b in g.uppfyllda if b[:2] in bedomda),
                g.antal[Utfall.EJ_UPPFYLLT] - len(ej),
                g.antal[Utfall.UPPFYLLT] - len(g.uppfyllda),
            )
        )
    return svar


def _litet(b: Bedomd, segment: Mapping[int, Segment], *, rita: bool = True) -> Litet:
    det = segment.get(b.cell.segment)
    adress = reverse("indikator", args=[b.indikator.kod]) + f"?ar={b.ar}"
    svg = ""
    if rita:
        namn = ", ".join(d.namn for d in (b.indikator, det, b.enhet) if d)
        serie = bygg_tidsserie([b], rubrik=namn, under=b.indikator.enhet)
        # The target of the year is drawn over all years, to see since when it would have been met.
        zoner = tuple(replace(z, ar=p.ar) for z in serie.zoner for p in serie.punkter)
        svg = rita_liten(replace(serie, zoner=zoner), id_=f"d-{b.indikator.pk}-{b.cell.segment or 0}")
    return Litet(
        b.indikator.namn,
        ", ".join(d.namn for d in (det, b.enhet) if d),
        adress + (f"&segment={det.kod}" if det else ""),
        mark_safe(svg),
        lage(b.bedomning),
        motivering(b.indikator, b.bedomning),
        avstand_text(b.indikator, b.bedomning),
    )
