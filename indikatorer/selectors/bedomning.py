"""Targets and values put together and judged: a fixed number of queries, one pass."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from django.db.models import QuerySet

from indikatorer.models import Indikator, Malniva, Matning, Segment
from indikatorer.regler.bedomning import Bedomning, bedom
from indikatorer.regler.malregel import Matvarde, Riktning, Underlag
from indikatorer.regler.skrift import tolka
from indikatorer.selectors.bibliotek import giltiga_under

# An earlier measurement further back than this is not looked for; surveys come at least every third year.
BAKAT = 5


class Cell(NamedTuple):
    """What a series of values belongs to, by id. Ours, so without jämförelseområde."""

    indikator: int
    segment: int | None
    kon: str = "T"
    enhet: int | None = None
    delperiod: int = 0


@dataclass(frozen=True, slots=True)
class Bedomd:
    """One cell's year judged. `malniva` is None where no target is given; `underlag` holds the values, the year's and
    those before with the latest first."""

    indikator: Indikator
    segment: Segment | None
    cell: Cell
    ar: int
    malniva: Malniva | None
    underlag: Underlag
    bedomning: Bedomning


def bedom_ar(ar: int, **urval) -> list[Bedomd]:
    """Every cell of one year judged; `urval` as in `bedom_aren`."""
    return bedom_aren((ar,), **urval)


def bedom_aren(
    aren: Sequence[int],
    *,
    indikatorer: QuerySet[Indikator] | None = None,
    kon: tuple[str, ...] = ("T",),
    enhet: int | None = None,
    delperiod: int = 0,
) -> list[Bedomd]:
    """Every cell of the years judged, in the order of indikatorer and segments. Four queries, whatever the size.

    The region's own values, or those of `enhet` (id); whole years unless `delperiod`. There is a row for every value
    of a year, also one that is missing with a reason, and for the region every target that has no value. Indikatorer
    that were not valid at any time of the years are left out.
    """
    forsta, sista = min(aren), max(aren)
    urval = Indikator.objects.all() if indikatorer is None else indikatorer
    urval = urval.filter(giltiga_under(date(forsta, 1, 1), date(sista, 12, 31)))
    register = {i.pk: i for i in urval}
    matningar = Matning.objects.filter(
        ar__range=(forsta - BAKAT, sista), kon__in=kon, enhet=enhet, delperiod=delperiod, omrade=None
    )
    malnivaer = Malniva.objects.filter(ar__in=aren)
    if indikatorer is not None:
        matningar = matningar.filter(indikator__in=list(register))
        malnivaer = malnivaer.filter(indikator__in=list(register))
    return _ordnade(_bedom(register, matningar, malnivaer, tuple(aren), enhet, kon, delperiod))


def bedom_indikator(
    indikator: Indikator,
    *,
    kon: tuple[str, ...] = ("T",),
    enhet: int | None = None,
    delperiod: int = 0,
) -> list[Bedomd]:
    """Every year of one indikator judged, by segment and with the latest year first. Three queries."""
    matningar = indikator.matningar.filter(kon__in=kon, enhet=enhet, delperiod=delperiod, omrade=None)
    rader = _bedom(
        {indikator.pk: indikator}, matningar, indikator.malnivaer.all(), None, enhet, kon, delperiod
    )
    return _ordnade(rader)


def _ordnade(rader: Iterable[Bedomd]) -> list[Bedomd]:
    return sorted(rader, key=_ordning)


_ar = attrgetter("ar")


def _ordning(b: Bedomd):
    s = b.segment
    return (
        b.indikator.ordning,
        b.indikator.kod,
        (s.grupp_id, s.ordning, s.pk) if s else (0, 0, 0),
        -b.ar,
        "TKM".index(b.cell.kon),
    )


def _bedom(register, matningar, malnivaer, aren, enhet, kon, delperiod) -> Iterable[Bedomd]:
    """The cells of `register`'s indikatorer judged for `aren` (None: every year that has a value or a target)."""
    serier: dict[Cell, dict[int, Matvarde]] = {}
    falt = ("indikator_id", "segment_id", "kon", "ar", "varde", "preliminar", "brott", "saknas")
    for pk, segment, k, ar, *varde in matningar.values_list(*falt).iterator(chunk_size=20_000):
        if pk in register:
            serier.setdefault(Cell(pk, segment, k, enhet, delperiod), {})[ar] = Matvarde(ar, *varde)
    mal = {(m.indikator_id, m.segment_id, m.ar): m for m in malnivaer if m.indikator_id in register}
    # A target is the region's: an enhet is judged by it where it has a value of its own.
    if enhet is None:
        _lagg_till_omatta(serier, mal, kon, delperiod)
    segment = Segment.objects.in_bulk({c.segment for c in serier} - {None})
    regler = {nyckel: tolka(m.regel) for nyckel, m in mal.items()}
    maldar = {}
    for pk, s, ar in mal:
        maldar.setdefault((pk, s), []).append(ar)
    for cell, serie in serier.items():
        indikator = register[cell.indikator]
        riktning = Riktning(indikator.riktning)
        ordnad = tuple(sorted(serie.values(), key=_ar, reverse=True))
        plats = {m.ar: nr for nr, m in enumerate(ordnad)}
        med_mal = {*maldar.get((cell.indikator, cell.segment), ()), *maldar.get((cell.indikator, None), ())}
        for ar in aren or sorted({*serie, *med_mal}):
            nyckel = (cell.indikator, cell.segment, ar)
            if nyckel not in mal:
                nyckel = (cell.indikator, None, ar)
            nu = serie.get(ar)
            if nu is None and (nyckel not in mal or enhet is not None):
                continue
            # Nothing earlier is looked for where there is no value to compare.
            tidigare = () if nu is None else ordnad[plats[ar] + 1 : plats[ar] + 1 + BAKAT]
            while tidigare and tidigare[-1].ar < ar - BAKAT:
                tidigare = tidigare[:-1]
            underlag = Underlag(nu, tidigare, riktning)
            yield Bedomd(
                indikator,
                segment.get(cell.segment),
                cell,
                ar,
                mal.get(nyckel),
                underlag,
                bedom(regler.get(nyckel), underlag),
            )


def _lagg_till_omatta(serier, mal, kon, delperiod):
    """A target that has no values is a row too: of its own segment, or of the whole when the indikator has no cell."""
    matta = {c.indikator for c in serier}
    for pk, segment, _ in mal:
        if segment is not None or pk not in matta:
            serier.setdefault(Cell(pk, segment, kon[0], None, delperiod), {})
