"""How a whole year came out, cell by cell: what counts, filters and orders are made of.

A region may have tens of thousands of judged cells, which take a second to judge anew. So what came of them is kept in
the process for as long as nothing has been written: the stamp is the latest event of the history tables, and nothing is
kept while somebody else's writing is not yet committed, since its events may be older than the stamp.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from django.db import connection

from indikatorer.models import Indikator, Matning
from indikatorer.regler.avstand import relativt_avstand
from indikatorer.regler.bedomning import Utfall
from indikatorer.selectors.bedomning import bedom_ar

# Years and sexes that are read at the same time.
RYMS = 12


class Bild(NamedTuple):
    """What came of a cell. `avstand` is its distance from the target as a share of what is demanded."""

    indikator: int
    segment: int | None
    kon: str
    utfall: Utfall
    avstand: float | None
    har_varde: bool


@dataclass(frozen=True, slots=True)
class Arsbild:
    """Every judged cell of a year in the order of the library."""

    ar: int
    rader: tuple[Bild, ...]


_STAMPEL = """
SELECT {handelser}, EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND relation = ANY(ARRAY[{tabeller}]::regclass[]::oid[])
)
"""
_SENASTE = "(SELECT (pgh_id, pgh_created_at)::text FROM {}event ORDER BY pgh_id DESC LIMIT 1)"
_TABELLER = ("indikatorer_indikator", "indikatorer_malniva", "indikatorer_matning")

_sparade: OrderedDict[tuple, Arsbild] = OrderedDict()
_las = Lock()


def hamta_arsbild(ar: int, *, kon: str = "T") -> Arsbild:
    """The judged cells of a year for the whole region. One query, and four more when something has been written."""
    stampel = _stampel()
    nyckel = (connection.settings_dict["NAME"], stampel, ar, kon)
    with _las:
        if stampel and (bild := _sparade.get(nyckel)):
            _sparade.move_to_end(nyckel)
            return bild
    bild = Arsbild(
        ar,
        tuple(
            Bild(
                b.indikator.pk,
                b.cell.segment,
                b.cell.kon,
                b.bedomning.utfall,
                None if (a := relativt_avstand(b.bedomning)) is None else float(a),
                b.bedomning.nu is not None and b.bedomning.nu.varde is not None,
            )
            for b in bedom_ar(ar, kon=(kon,))
        ),
    )
    if stampel:
        with _las:
            _sparade[nyckel] = bild
            while len(_sparade) > RYMS:
                _sparade.popitem(last=False)
    return bild


def glom() -> None:
    """Forget what is kept, for those who measure what it costs."""
    with _las:
        _sparade.clear()


def _stampel() -> tuple | None:
    with connection.cursor() as cursor:
        cursor.execute(
            _STAMPEL.format(
                handelser=", ".join(_SENASTE.format(t) for t in _TABELLER),
                tabeller=", ".join(f"'{t}'" for t in _TABELLER),
            )
        )
        *handelser, nagon_skriver = cursor.fetchone()
    return None if nagon_skriver else tuple(handelser)


def hamta_matar() -> list[int]:
    """The years that the region has whole-year values for, the latest first, with no year between left out."""
    urval = Matning.objects.filter(kon="T", delperiod=0, enhet=None, omrade=None)
    forst = urval.order_by("ar").values_list("ar", flat=True).first()
    if forst is None:
        return []
    sist = urval.order_by("-ar").values_list("ar", flat=True).first()
    return list(range(sist, forst - 1, -1))


def hamta_indikatorer_i_ordning(nycklar: list[int]) -> list[Indikator]:
    """Indikatorer by id with owner and goal, in the order of the ids."""
    funna = Indikator.objects.select_related("agare", "malomrade__overordnat__overordnat").in_bulk(nycklar)
    return [funna[pk] for pk in nycklar if pk in funna]
