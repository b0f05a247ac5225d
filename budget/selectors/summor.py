"""The one place where amounts are added up.

Pages, checks, PDF, Excel and the API all read their figures here. The database does the adding, over
the function `budget_postled`, which says for every post which leaves it is made of, with what factor, and
through which leaves it passes on the way. A leaf with an amount of its own shuts off what it would
otherwise fetch (the region's own amount also shuts off what its enheter have), and nothing is fetched from
a table that the version does not have for the year. Where a bridged version has no level of its own for
regionbidrag, `budget_bryggfakta` gives the one that its justeringar lead to.

Consolidation leaves the leaves of förvaltningsinterna motparter out. A leaf that is reached through a fetching one
counts with the fetching one's motpart: it is that one's line.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from organisation.models import Period
from organisation.permissions import Enhetsurval

ALLA = "alla"
ALLA_ENHETER = Enhetsurval(allt=True)


class Nyckel(NamedTuple):
    """What a sum is of. `omfang` is "alla", "enhet:<id>" or "sektor:<id>"."""

    post: int
    version: int
    ar: int
    omfang: str = ALLA


class Summa(NamedTuple):
    """A sum in kronor, the coarsest precision among its parts, and how many amounts it has."""

    varde: Decimal
    precision: Decimal
    antal: int


Summor = dict[Nyckel, Summa]

_SQL = """
WITH led AS MATERIALIZED (
    SELECT l.rot_id, l.blad_id, l.faktor, l.via, k.version_id, k.ar
    FROM unnest(%(versioner)s::bigint[], %(ar)s::int[]) AS k(version_id, ar)
    CROSS JOIN budget_postled(%(poster)s) l
    WHERE l.ur <@ ARRAY(
        SELECT vk.uppstallning_id FROM budget_versionskolumn vk
        WHERE vk.version_id = k.version_id AND vk.kalla_id = k.version_id AND vk.ar = k.ar)
      AND (NOT %(utan_interna)s OR NOT EXISTS (
        SELECT 1 FROM budget_post p JOIN budget_motpart m ON m.id = p.motpart_id
        WHERE p.id = COALESCE(l.via[1], l.blad_id) AND m.slag = 'intern'))
), fakta AS (
    SELECT led.*, b.enhet_id, b.belopp, b.precision, 1 AS antal
    FROM led
    JOIN budget_belopp b ON (b.version_id, b.post_id, b.ar) = (led.version_id, led.blad_id, led.ar)
    UNION ALL
    SELECT led.*, f.enhet_id, f.belopp, f.precision, f.antal
    FROM led
    JOIN budget_bryggfakta(%(versioner)s, %(ar)s) f
      ON (f.version_id, f.post_id, f.ar) = (led.version_id, led.blad_id, led.ar)
), enhetssumma AS MATERIALIZED (
    SELECT b.rot_id, b.version_id, b.ar, b.enhet_id,
           sum(b.belopp * b.faktor) AS belopp, max(b.precision) AS precision, sum(b.antal) AS antal
    FROM fakta b
    WHERE (%(allt)s OR b.enhet_id = ANY(%(enheter)s))
      AND (b.via = '{}' OR NOT EXISTS (
          SELECT 1 FROM budget_belopp eget
          WHERE eget.version_id = b.version_id AND eget.ar = b.ar AND eget.post_id = ANY(b.via)
            AND eget.enhet_id IN (b.enhet_id, (SELECT id FROM organisation_enhet WHERE typ = 'region'))))
    GROUP BY b.rot_id, b.version_id, b.ar, b.enhet_id
)
SELECT rot_id, version_id, ar, 'enhet:' || enhet_id, belopp, precision, antal::int FROM enhetssumma
UNION ALL
SELECT rot_id, version_id, ar, CASE WHEN GROUPING(sektor_id) = 0 THEN 'sektor:' || sektor_id ELSE 'alla' END,
       sum(belopp), max(precision), sum(antal)::int
FROM enhetssumma
LEFT JOIN organisation_platser(%(fran)s, %(till)s) plats USING (enhet_id)
GROUP BY GROUPING SETS ((rot_id, version_id, ar, sektor_id), (rot_id, version_id, ar))
HAVING GROUPING(sektor_id) = 1 OR sektor_id IS NOT NULL
"""


def hamta_summor(
    *,
    kolumner: Iterable[tuple[int, int]],
    poster: Iterable[int],
    period: Period,
    urval: Enhetsurval = ALLA_ENHETER,
    utan_interna: bool = False,
) -> Summor:
    """Sums of the posts (ids) in the columns (version id, year), per enhet, per sektor and in all.

    `period` decides which organisation the sektor sums follow; `urval` limits them to the enheter that
    the reader may see. `utan_interna` leaves förvaltningsinterna poster out. A sum without any amount is absent.
    One query.
    """
    par = list(dict.fromkeys(kolumner))
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "fran": period.fran,
                "till": period.till,
                "versioner": [version for version, _ in par],
                "ar": [ar for _, ar in par],
                "poster": list(poster),
                "utan_interna": utan_interna,
                "allt": urval.allt,
                "enheter": list(urval.enheter),
            },
        )
        return {
            Nyckel(post, version, ar, omfang): Summa(varde, precision, antal)
            for post, version, ar, omfang, varde, precision, antal in cursor.fetchall()
        }
