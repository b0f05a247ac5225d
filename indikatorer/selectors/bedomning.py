"""Targets and values put together and judged: a fixed number of queries, one pass."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db.models import BooleanField, Count, Max, Min, Q, QuerySet
from django.db.models.expressions import RawSQL

from indikatorer.models import Indikator, Malniva, Matning, Omradesslag, Segment
from indikatorer.regler.bedomning import Bedomning, bedom
from indikatorer.regler.malregel import Malregel, Matvarde, MotRiket, Riktning, Skal, Underlag
from indikatorer.regler.skrift import las_sparad
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


class Matenhet(NamedTuple):
    """The enhet that a measure of the region is measured at."""

    pk: int
    kod: str
    namn: str


class Bedomd(NamedTuple):
    """One cell's year judged. `malniva` is None where no target is given; `underlag` holds the values, the year's and
    those before with the latest first. `enhet` is whose values they are where the region was asked for and has none."""

    indikator: Indikator
    segment: Segment | None
    cell: Cell
    ar: int
    malniva: Malniva | None
    underlag: Underlag
    bedomning: Bedomning
    enhet: Matenhet | None = None


def bedom_ar(ar: int, **urval) -> list[Bedomd]:
    """Every cell of one year judged, in the order of indikatorer and segments; `urval` as in `bedom_aren`."""
    return _ordnade(bedom_aren((ar,), **urval))


def bedom_celler(
    ar: int, celler: Collection[tuple[int, int | None]], *, kon: str = "T", enhet: int | None = None
) -> dict[tuple[int, int | None], Bedomd]:
    """The year of the region, or of an enhet, judged for chosen (indikator, segment) ids only. Four to seven queries.

    A cell that has neither value nor target is not in the answer.
    """
    indikatorer = Indikator.objects.filter(pk__in={pk for pk, _ in celler})
    bedomda = bedom_aren((ar,), indikatorer=indikatorer, kon=(kon,), enhet=enhet, celler=celler)
    return {plats: b for b in bedomda if (plats := (b.cell.indikator, b.cell.segment)) in celler}


def bedom_aren(
    aren: Sequence[int],
    *,
    indikatorer: QuerySet[Indikator] | None = None,
    kon: tuple[str, ...] = ("T",),
    enhet: int | None = None,
    delperiod: int = 0,
    celler: Collection[tuple[int, int | None]] | None = None,
) -> Iterator[Bedomd]:
    """Every cell of the years judged, in one pass and no certain order. Four queries whatever the size, one more
    where a target compares with riket, and one or two where the region has a target for what it has no values of.

    The region's own values, or those of `enhet` (id); whole years unless `delperiod`. There is a row for every value
    of a year, also one that is missing with a reason, and for the region every target that has no value. What only one
    enhet measures is judged by its values, which then are the region's too. Indikatorer that were not valid at any time
    of the years are left out. With `celler` (indikator and segment, by id) only their values are read, and what comes
    of other cells means nothing.
    """
    forsta, sista = min(aren), max(aren)
    urval = Indikator.objects.all() if indikatorer is None else indikatorer
    urval = urval.filter(giltiga_under(date(forsta, 1, 1), date(sista, 12, 31)))
    register = {i.pk: i for i in urval}
    malnivaer = Malniva.objects.filter(ar__in=aren)
    if indikatorer is not None:
        malnivaer = malnivaer.filter(indikator__in=list(register))
    mal = _las_mal(register, malnivaer)
    tid = Q(ar__range=(forsta - BAKAT, sista))
    if fran := _namnda_ar(mal):
        tid |= Q(indikator__in=list(fran), ar__range=(min(fran.values()), sista))
    matningar = Matning.objects.filter(tid, kon__in=kon, enhet=enhet, delperiod=delperiod, omrade=None)
    if indikatorer is not None:
        matningar = matningar.filter(indikator__in=list(register))
    if celler is not None:
        matningar = matningar.filter(_bland(celler))
    return _bedom(register, matningar, mal, tuple(aren), enhet, kon, delperiod)


def _bland(celler: Collection[tuple[int, int | None]]) -> RawSQL:
    """The condition that a value stands in one of the cells. No id is 0."""
    par = list(zip(*((pk, s or 0) for pk, s in celler), strict=True)) or [(), ()]
    return RawSQL(
        "(indikator_id, COALESCE(segment_id, 0)) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))",
        [list(par[0]), list(par[1])],
        output_field=BooleanField(),
    )


def bedom_indikator(
    indikator: Indikator,
    *,
    kon: tuple[str, ...] = ("T",),
    enhet: int | None = None,
    delperiod: int = 0,
) -> list[Bedomd]:
    """Every year of one indikator judged, by segment and with the latest year first. Three to six queries."""
    matningar = indikator.matningar.filter(kon__in=kon, enhet=enhet, delperiod=delperiod, omrade=None)
    register = {indikator.pk: indikator}
    mal = _las_mal(register, indikator.malnivaer.all())
    return _ordnade(_bedom(register, matningar, mal, None, enhet, kon, delperiod))


def _ordnade(rader: Iterable[Bedomd]) -> list[Bedomd]:
    return sorted(rader, key=_ordning)


_INGET = (None, None)


def _ordning(b: Bedomd):
    s = b.segment
    return (
        b.indikator.ordning,
        b.indikator.kod,
        (s.grupp_id, s.ordning, s.pk) if s else (0, 0, 0),
        -b.ar,
        "TKM".index(b.cell.kon),
    )


_FALT = ("indikator_id", "segment_id", "kon", "ar", "varde", "preliminar", "brott", "saknas")
_CELL = itemgetter(0, 1, 2)


def _las_mal(register, malnivaer) -> dict[tuple[int, int | None], dict[int, tuple[Malniva, Malregel]]]:
    """The targets with their rules, by (indikator, segment) and year."""
    mal: dict[tuple[int, int | None], dict[int, tuple[Malniva, Malregel]]] = {}
    for m in malnivaer:
        if det := register.get(m.indikator_id):
            mal.setdefault((m.indikator_id, m.segment_id), {})[m.ar] = (m, las_sparad(m.regel, det.matt))
    return mal


def _namnda_ar(mal) -> dict[int, int]:
    """The earliest year that a target of each indikator names, for those that do."""
    fran: dict[int, int] = {}
    for (pk, _), per_ar in mal.items():
        for _, regel in per_ar.values():
            if sedan := getattr(regel, "sedan", None):
                fran[pk] = min(sedan, fran.get(pk, sedan))
    return fran


def _rikets(mal, aren, kon, delperiod) -> dict[tuple, Matvarde]:
    """The country's values by (indikator, segment, kön, year), for the indikatorer that a target compares with it."""
    berorda = {
        pk for (pk, _), per_ar in mal.items() for _, regel in per_ar.values() if isinstance(regel, MotRiket)
    }
    if not berorda:
        return {}
    urval = Matning.objects.filter(
        indikator__in=berorda, omrade__slag=Omradesslag.RIKET, kon__in=kon, delperiod=delperiod
    )
    if aren:
        urval = urval.filter(ar__in=aren)
    return {(*rad[:4],): Matvarde(*rad[3:]) for rad in urval.values_list(*_FALT)}


def _bedom(register, matningar, mal, aren, enhet, kon, delperiod) -> Iterator[Bedomd]:
    """The cells of `register`'s indikatorer judged for `aren` (None: every year that has a value or a target).

    The values stream by, a cell at a time: to hold them all costs more than to judge them.
    """
    riket = _rikets(mal, aren, kon, delperiod)
    segment = Segment.objects.in_bulk()
    matta, celler = set(), set()
    bara_varden = enhet is not None
    # By cell, and the latest year first. By id: in their own order two segments may stand in the same place.
    rader = matningar.order_by("indikator_id", "segment_id", "kon", "-ar").values_list(*_FALT)
    for (pk, s, k), grupp in groupby(rader.iterator(chunk_size=20_000), key=_CELL):
        if pk not in register:
            continue
        matta.add(pk)
        celler.add((pk, s))
        serie = tuple(Matvarde(*rad[3:]) for rad in grupp)
        cell = Cell(pk, s, k, enhet, delperiod)
        yield from _bedomd_cell(
            register[pk], segment.get(s), cell, serie, _gallande(mal, pk, s), aren, riket, bara_varden
        )
    # A target is the region's: an enhet is judged by it where it has a value of its own.
    if enhet is None:
        annorstades = _annorstades({pk for pk, _ in mal} - matta, kon, delperiod, aren)
        for (pk, s, k), serie in annorstades.serier.items():
            matta.add(pk)
            celler.add((pk, s))
            plats = annorstades.enhet[pk]
            cell = Cell(pk, s, k, plats.pk, delperiod)
            galler = _gallande(mal, pk, s)
            for b in _bedomd_cell(register[pk], segment.get(s), cell, serie, galler, aren, riket, False):
                # The region's list has what the region has set a target for; an enhet's other values are its own.
                if b.malniva:
                    yield b._replace(enhet=plats)
        for pk, s in mal:
            # One that has no values is a row too: of its own segment, or of the whole when nothing is measured.
            if (pk, s) not in celler and (s is not None or pk not in matta):
                cell = Cell(pk, s, kon[0], None, delperiod)
                galler, annars = _gallande(mal, pk, s), annorstades.skal.get(pk)
                yield from _bedomd_cell(
                    register[pk], segment.get(s), cell, (), galler, aren, riket, False, annars
                )


class _Annorstades(NamedTuple):
    """Values of indikatorer that the whole region has none of: those of the only enhet that has any, by cell, that
    enhet by indikator, and by indikator and year why the others' are not the region's."""

    serier: dict[tuple[int, int | None, str], tuple[Matvarde, ...]]
    enhet: dict[int, Matenhet]
    skal: dict[int, dict[int, Skal]]


def _annorstades(utan: set[int], kon, delperiod: int, aren) -> _Annorstades:
    """Where the values are of those `utan` (ids) that the region has none of in the years. Two queries at most.

    They are counted where they lie: the enheter of a large region have hundreds of thousands.
    """
    ut = _Annorstades({}, {}, {})
    if not utan:
        return ut
    matningar = Matning.objects.filter(indikator__in=utan, omrade=None)
    if aren:
        matningar = matningar.filter(ar__range=(min(aren) - BAKAT, max(aren)))
    hela = Q(delperiod=delperiod)
    per_ar = (
        matningar.order_by()
        .values("indikator", "ar")
        .annotate(
            forsta=Min("enhet", filter=hela),
            sista=Max("enhet", filter=hela),
            regionens=Count("pk", filter=Q(enhet=None)),
            delars=Count("varde", filter=~hela),
            enheters=Count("varde", filter=hela & Q(enhet__isnull=False)),
        )
    )
    enheter: dict[int, set[int]] = {}
    med_region: set[int] = set()
    for rad in per_ar:
        pk = rad["indikator"]
        enheter.setdefault(pk, set()).update({rad["forsta"], rad["sista"]} - {None})
        if rad["regionens"]:
            med_region.add(pk)
        if rad["enheters"]:
            ut.skal.setdefault(pk, {})[rad["ar"]] = Skal.BARA_ENHETER
        elif rad["delars"]:
            ut.skal.setdefault(pk, {})[rad["ar"]] = Skal.BARA_DELAR_AV_ARET
    ensamma = {pk for pk, e in enheter.items() if len(e) == 1} - med_region
    if not ensamma:
        return ut
    rader = (
        matningar.filter(hela, indikator__in=ensamma, enhet__isnull=False, kon__in=kon)
        .order_by("indikator_id", "segment_id", "kon", "-ar")
        .values_list(*_FALT, "enhet_id", "enhet__kod", "enhet__namn")
    )
    for cell, grupp in groupby(rader, key=_CELL):
        serie = tuple(grupp)
        ut.enhet[cell[0]] = Matenhet(*serie[0][len(_FALT) :])
        ut.serier[cell] = tuple(Matvarde(*rad[3 : len(_FALT)]) for rad in serie)
        ut.skal.pop(cell[0], None)
    return ut


def _gallande(mal, indikator: int, segment: int | None) -> dict[int, tuple[Malniva, Malregel]]:
    """The targets of a cell by year: its segment's own, else those for all segments."""
    alla, egna = mal.get((indikator, None), {}), mal.get((indikator, segment), {})
    return alla | egna if segment is not None else alla


def _bedomd_cell(
    indikator, segment, cell, serie: tuple[Matvarde, ...], mal, aren, riket, bara_varden, annars=None
) -> Iterator[Bedomd]:
    """The cell's years judged. With `bara_varden` a year without a value is none. `annars`: by year, why
    others have a value that is not the cell's."""
    riktning = Riktning(indikator.riktning)
    plats = {m.ar: nr for nr, m in enumerate(serie)}
    for ar in aren or sorted({*plats, *mal}):
        nr = plats.get(ar)
        if nr is None and (ar not in mal or bara_varden):
            continue
        senare = sum(m.ar > ar for m in serie) if nr is None else nr + 1
        tidigare = serie[senare : senare + BAKAT]
        while tidigare and tidigare[-1].ar < ar - BAKAT:
            tidigare = tidigare[:-1]
        malniva, regel = mal.get(ar, _INGET)
        aldre = serie[senare + len(tidigare) :] if getattr(regel, "sedan", None) else ()
        underlag = Underlag(
            None if nr is None else serie[nr],
            tidigare,
            riktning,
            aldre,
            _rikets_varde(riket, cell, segment, ar),
            None if annars is None else annars.get(ar),
        )
        yield Bedomd(indikator, segment, cell, ar, malniva, underlag, bedom(regel, underlag))


def _rikets_varde(riket, cell: Cell, segment: Segment | None, ar: int) -> Matvarde | None:
    """The country's value for a cell: of the same segment, or the whole for the one that is printed as the whole."""
    if not riket:
        return None
    eget = riket.get((cell.indikator, cell.segment, cell.kon, ar))
    return eget or (riket.get((cell.indikator, None, cell.kon, ar)) if segment and segment.total else None)
