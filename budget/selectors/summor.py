"""The one place where amounts are added up.

Pages, checks, PDF, Excel and the API all read their figures here. The database does the adding, over
the function `budget_postled`, which says for every post which leaves it is made of, with what factor, and
through which leaves it passes on the way. A leaf with an amount of its own shuts off what it would
otherwise fetch, and nothing is fetched from a table that the version does not have for the year.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from organisation.permissions import Enhetsurval

ALLA = "alla"
ALLA_ENHETER = Enhetsurval(allt=True)


@dataclass(frozen=True, slots=True)
class Nyckel:
    """What a sum is of. `omfang` is "alla", "enhet:<id>" or "sektor:<id>"."""

    post: int
    version: int
    ar: int
    omfang: str = ALLA


@dataclass(frozen=True, slots=True)
class Summa:
    """A sum in kronor, the coarsest precision among its parts, and how many amounts it has."""

    varde: Decimal
    precision: Decimal
    antal: int


Summor = dict[Nyckel, Summa]

_SQL = """
WITH plats AS MATERIALIZED (
    SELECT enhet_id, sektor_id FROM organisation_placering
    WHERE giltig_fran <= %(datum)s AND (giltig_till IS NULL OR giltig_till > %(datum)s)
), kolumn AS (
    SELECT * FROM unnest(%(versioner)s::bigint[], %(ar)s::int[]) AS k(version_id, ar)
), cell AS (
    SELECT led.rot_id, b.version_id, b.ar, b.enhet_id, plats.sektor_id,
           b.belopp * led.faktor AS belopp, b.precision
    FROM kolumn
    JOIN budget_belopp b USING (version_id, ar)
    JOIN budget_postled(%(poster)s) led ON led.blad_id = b.post_id
    LEFT JOIN plats ON plats.enhet_id = b.enhet_id
    WHERE (%(allt)s OR b.enhet_id = ANY(%(enheter)s))
      AND (led.via = '{}' OR NOT EXISTS (
          SELECT 1 FROM budget_belopp eget
          WHERE eget.version_id = b.version_id AND eget.enhet_id = b.enhet_id
            AND eget.ar = b.ar AND eget.post_id = ANY(led.via)))
      AND led.ur <@ ARRAY(
          SELECT k.uppstallning_id FROM budget_versionskolumn k
          WHERE k.version_id = b.version_id AND k.kalla_id = b.version_id AND k.ar = b.ar)
)
SELECT rot_id, version_id, ar,
       CASE WHEN GROUPING(enhet_id) = 0 THEN 'enhet:' || enhet_id
            WHEN GROUPING(sektor_id) = 0 THEN 'sektor:' || sektor_id
            ELSE 'alla' END,
       sum(belopp), max(precision), count(*)
FROM cell
GROUP BY GROUPING SETS ((rot_id, version_id, ar, enhet_id), (rot_id, version_id, ar, sektor_id),
                        (rot_id, version_id, ar))
HAVING GROUPING(sektor_id) = 1 OR sektor_id IS NOT NULL
"""


def hamta_summor(
    *,
    kolumner: Iterable[tuple[int, int]],
    poster: Iterable[int],
    datum: date,
    urval: Enhetsurval = ALLA_ENHETER,
) -> Summor:
    """Sums of the posts (ids) in the columns (version id, year), per enhet, per sektor and in all.

    `datum` decides which organisation the sektor sums follow; `urval` limits them to the enheter that
    the reader may see. A sum without any amount is absent. One query.
    """
    par = list(dict.fromkeys(kolumner))
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "datum": datum,
                "versioner": [version for version, _ in par],
                "ar": [ar for _, ar in par],
                "poster": list(poster),
                "allt": urval.allt,
                "enheter": list(urval.enheter),
            },
        )
        return {
            Nyckel(post, version, ar, omfang): Summa(varde, precision, antal)
            for post, version, ar, omfang, varde, precision, antal in cursor
        }
