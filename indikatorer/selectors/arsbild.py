"""How a whole year came out, cell by cell: what counts, filters and orders are made of.

A region may have tens of thousands of judged cells, which take a second to judge anew. So what came of them is kept in
the process with the latest event of each history table, and only indikatorer with later events are judged again.
Nothing is kept while somebody's writing is not yet committed, since its events may be older than what is kept; and what
is kept is not believed unless its events are still there, as they are not after a rollback or a restored backup.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from django.db import connection
from django.db.models import Count

from indikatorer.models import Indikator, Matning
from indikatorer.regler.avstand import relativt_avstand
from indikatorer.regler.bedomning import Utfall
from indikatorer.selectors.bedomning import bedom_ar

# Years and sexes that are kept at the same time.
RYMS = 12
# How far back a year with enough values is looked for.
FLEST_PROVADE_AR = 4


class Bild(NamedTuple):
    """What came of a cell. `avstand` is its distance from the target as a share of what is demanded."""

    indikator: int
    segment: int | None
    kon: str
    utfall: Utfall | None
    avstand: float | None
    har_varde: bool


@dataclass(frozen=True, slots=True)
class Arsbild:
    """Every judged cell of a year in the order of the library."""

    ar: int
    rader: tuple[Bild, ...]


class _Sparad(NamedTuple):
    """`senaste` is (id, time) of the last event of each table; `delar` the rows of each indikator with its place."""

    senaste: tuple[tuple[int, object] | None, ...]
    delar: dict[int, tuple[tuple, tuple[Bild, ...]]]
    bild: Arsbild


# Each history table, and its column that says which indikator an event is about.
_HANDELSER = (
    ("indikatorer_indikatorevent", "pgh_obj_id"),
    ("indikatorer_malnivaevent", "indikator_id"),
    ("indikatorer_matningevent", "indikator_id"),
)
_SENASTE = "SELECT {nr} AS nr, pgh_id, pgh_created_at FROM (SELECT * FROM {tabell} ORDER BY pgh_id DESC LIMIT 1) t{nr}"
_SKRIVER = """
SELECT -1, NULL, NULL FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND relation IN ('indikatorer_indikator'::regclass, 'indikatorer_malniva'::regclass, 'indikatorer_matning'::regclass)
"""
_LAGE = " UNION ALL ".join(
    [*(_SENASTE.format(nr=nr, tabell=t) for nr, (t, _) in enumerate(_HANDELSER)), _SKRIVER]
)

_sparade: OrderedDict[tuple, _Sparad] = OrderedDict()
_las = Lock()


def hamta_arsbild(ar: int, *, kon: str = "T", enhet: int | None = None) -> Arsbild:
    """The judged cells of a year for the whole region, or for an enhet (id).

    One query when nothing has been written since it was last asked, six otherwise, and five the first time.
    """
    nyckel = (connection.settings_dict["NAME"], ar, kon, enhet)
    senaste, nagon_skriver = _lage()
    with _las:
        sparad = _sparade.get(nyckel)
    if sparad and sparad.senaste == senaste:
        return sparad.bild
    andrade = _andrade_sedan(sparad.senaste) if sparad else None
    if andrade is None:
        delar = _bedom(ar, kon, enhet, None)
    else:
        delar = {pk: d for pk, d in sparad.delar.items() if pk not in andrade} | _bedom(
            ar, kon, enhet, andrade
        )
    i_ordning = sorted(delar.values(), key=lambda d: d[0])
    bild = Arsbild(ar, tuple(b for _, rader in i_ordning for b in rader))
    if not nagon_skriver:
        with _las:
            _sparade[nyckel] = _Sparad(senaste, delar, bild)
            _sparade.move_to_end(nyckel)
            while len(_sparade) > RYMS:
                _sparade.popitem(last=False)
    return bild


def bered_senaste_aret() -> None:
    """Judge the latest year, which the first to ask would wait a second for in a large region."""
    if aren := hamta_matar():
        hamta_arsbild(hamta_senaste_fyllda(aren)[0])


def glom() -> None:
    """Forget what is kept, for those who measure what it costs."""
    with _las:
        _sparade.clear()


def _bedom(
    ar: int, kon: str, enhet: int | None, bara: set[int] | None
) -> dict[int, tuple[tuple, tuple[Bild, ...]]]:
    urval = {} if bara is None else {"indikatorer": Indikator.objects.filter(pk__in=bara)}
    delar: dict[int, tuple[tuple, list[Bild]]] = {}
    for b in bedom_ar(ar, kon=(kon,), enhet=enhet, **urval):
        avstand = relativt_avstand(b.bedomning)
        nu = b.bedomning.nu
        bild = Bild(
            b.indikator.pk,
            b.cell.segment,
            b.cell.kon,
            b.bedomning.utfall,
            None if avstand is None else float(avstand),
            nu is not None and nu.varde is not None,
        )
        delar.setdefault(b.indikator.pk, ((b.indikator.ordning, b.indikator.kod), []))[1].append(bild)
    return {pk: (plats, tuple(rader)) for pk, (plats, rader) in delar.items()}


def _lage() -> tuple[tuple, bool]:
    """The last event of each table, and whether anybody has written without having committed."""
    with connection.cursor() as cursor:
        cursor.execute(_LAGE)
        rader = cursor.fetchall()
    per_tabell = {nr: (pk, tid) for nr, pk, tid in rader if nr >= 0}
    return tuple(per_tabell.get(nr) for nr in range(len(_HANDELSER))), len(per_tabell) < len(rader)


def _andrade_sedan(senaste: tuple) -> set[int] | None:
    """The indikatorer (ids) with events after these; None when these are not there any more."""
    delar, parametrar = [], []
    for (tabell, kolumn), sist in zip(_HANDELSER, senaste, strict=True):
        pk, tid = sist or (0, None)
        delar.append(f"SELECT DISTINCT {kolumn}, TRUE FROM {tabell} WHERE pgh_id > %s")
        parametrar.append(pk)
        if sist:
            delar.append(
                f"SELECT NULL, EXISTS (SELECT FROM {tabell} WHERE pgh_id = %s AND pgh_created_at = %s)"
            )
            parametrar += [pk, tid]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(delar), parametrar)
        rader = cursor.fetchall()
    return {pk for pk, _ in rader if pk is not None} if all(kvar for _, kvar in rader) else None


def hamta_matar(enhet: int | None = None) -> list[int]:
    """All years from the last to the first that the region, or an enhet (id), has whole-year values for."""
    urval = Matning.objects.filter(kon="T", delperiod=0, enhet=enhet, omrade=None)
    forst = urval.order_by("ar").values_list("ar", flat=True).first()
    if forst is None:
        return []
    sist = urval.order_by("-ar").values_list("ar", flat=True).first()
    return list(range(sist, forst - 1, -1))


def hamta_senaste_fyllda(aren: list[int], enhet: int | None = None) -> tuple[int, int]:
    """(the year to begin with, how many values the latest year has), of the years that `hamta_matar` gave. One query.

    It is the latest that has at least a quarter as many values as the fullest of the years before it: the first values
    of a new year do not empty what is shown.
    """
    urval = Matning.objects.filter(
        kon="T", delperiod=0, enhet=enhet, omrade=None, ar__in=aren[:FLEST_PROVADE_AR], varde__isnull=False
    )
    antal = dict(urval.values_list("ar").annotate(Count("pk")).order_by())
    provade = [antal.get(ar, 0) for ar in aren[:FLEST_PROVADE_AR]]
    for nr, ar in enumerate(aren[:FLEST_PROVADE_AR]):
        if provade[nr] and provade[nr] * 4 >= max(provade[nr + 1 :], default=0):
            return ar, provade[0]
    return aren[0], provade[0]


def hamta_indikatorer_i_ordning(nycklar: list[int]) -> list[Indikator]:
    """Indikatorer by id with owner and goal, in the order of the ids."""
    funna = Indikator.objects.select_related("agare", "malomrade__overordnat__overordnat").in_bulk(nycklar)
    return [funna[pk] for pk in nycklar if pk in funna]
