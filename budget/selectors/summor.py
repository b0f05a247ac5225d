"""The one place where amounts are added up, and the only one that knows what the figure in a cell is.

Pages, checks, PDF, Excel and the API all read their figures here. The database does the adding, over the function
`budget_postvag`, which says for every post what it is made of, with what factor, and through which posts it passes on
the way. A leaf with an amount of its own shuts off what it would otherwise fetch (the region's own amount also shuts
off what its enheter have), and nothing is fetched from a table that the version does not have for the year. Where a
bridged version has no level of its own for regionbidrag, `budget_bryggfakta` gives the one that its justeringar lead
to.

In a version that is fastställd a printed figure is the decided one, and stands for everything under it: a sum is then
its parts as they stand there, decided where they are decided. It stands for the scope that it was printed for: an
enhet, a sektor, all enheter (one of the whole region's table is that too), or a förvaltning without its
förvaltningsinterna poster. `Lage` says which of three questions is asked.

Consolidation leaves the leaves of förvaltningsinterna motparter out. A leaf that is reached through a fetching one
counts with the fetching one's motpart: it is that one's line.
"""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from django.db import connection

from organisation.models import Period
from organisation.permissions import Enhetsurval

ALLA = "alla"
ALLA_ENHETER = Enhetsurval(allt=True)


class Lage(StrEnum):
    """What is asked of a version that is fastställd; in one that is not they are the same.

    BESLUTAT is the figure in the cell. DELAR is what the leaves give as they were printed, which `kontrollera`
    compares with print. FAKTA is what the leaves give where a fetching leaf fetches even if it was printed otherwise:
    what a copy has, and so both sides of a difference between a version and a copy of it.
    """

    BESLUTAT = "beslutat"
    DELAR = "delar"
    FAKTA = "fakta"


class Nyckel(NamedTuple):
    """What a sum is of. `omfang` is "alla", "enhet:<id>", "sektor:<id>", or "hel:<id>" for a förvaltning that has
    parts, with them."""

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
WITH kolumn AS MATERIALIZED (
    -- `egna`: the uppställningar that the version has of its own for the year.
    SELECT k.version_id, k.ar, v.faststalld, ARRAY(
        SELECT vk.uppstallning_id FROM budget_versionskolumn vk
        WHERE vk.version_id = k.version_id AND vk.kalla_id = k.version_id AND vk.ar = k.ar) AS egna
    FROM (SELECT DISTINCT * FROM unnest(%(versioner)s::bigint[], %(ar)s::int[])) AS k(version_id, ar)
    JOIN budget_budgetversion v ON v.id = k.version_id
), platser AS MATERIALIZED (
    SELECT enhet_id, sektor_id, del_av_id FROM organisation_platser(%(fran)s, %(till)s)
), plats AS MATERIALIZED (
    -- `hel_id`: the förvaltning that an enhet is a part of, or is itself when it has parts.
    SELECT p.enhet_id, p.sektor_id, COALESCE(p.del_av_id, d.del_av_id) AS hel_id
    FROM platser p LEFT JOIN (SELECT DISTINCT del_av_id FROM platser) d ON d.del_av_id = p.enhet_id
), region AS (
    SELECT id FROM organisation_enhet WHERE typ = 'region'
), led AS MATERIALIZED (
    SELECT l.rot_id, l.post_id, l.faktor, l.via, l.fore, k.version_id, k.ar
    FROM kolumn k
    CROSS JOIN budget_postvag(%(poster)s) l
    WHERE l.ur <@ k.egna
      AND (NOT %(utan_interna)s OR NOT EXISTS (
        SELECT 1 FROM budget_post p JOIN budget_motpart m ON m.id = p.motpart_id
        WHERE p.id = COALESCE(l.via[1], l.post_id) AND m.slag = 'intern'))
), eget AS MATERIALIZED (
    -- The ways that an amount of an enhet's own breaks off, for it is taken instead of what they lead to.
    SELECT DISTINCT l.version_id, l.ar, l.via, b.enhet_id
    FROM (SELECT DISTINCT version_id, ar, via, unnest(via) AS post_id FROM led) l
    JOIN budget_belopp b ON (b.version_id, b.post_id, b.ar) = (l.version_id, l.post_id, l.ar)
), tryckt AS MATERIALIZED (
    -- The printed figures that stand for what lies under them.
    SELECT t.version_id, t.ar, t.post_id, t.omfang, t.enhet_id, t.sektor_id, t.belopp, t.precision
    FROM kolumn k
    JOIN budget_kontrollsumma t ON (t.version_id, t.ar) = (k.version_id, k.ar)
    WHERE CASE %(lage)s
              WHEN 'beslutat' THEN k.faststalld
              WHEN 'delar' THEN t.post_id IN (SELECT id FROM budget_post WHERE kalla_post_id IS NOT NULL)
              ELSE false
          END
      AND (t.omfang = 'hel') = %(utan_interna)s
      AND (%(allt)s OR CASE t.omfang
              WHEN 'enhet' THEN t.enhet_id = ANY(%(enheter)s)
              WHEN 'hel' THEN NOT EXISTS (
                  SELECT 1 FROM plats WHERE hel_id = t.enhet_id AND enhet_id <> ALL(%(enheter)s))
              ELSE false
          END)
), stangt AS MATERIALIZED (
    SELECT version_id, ar, omfang, enhet_id, sektor_id, array_agg(post_id) AS poster
    FROM tryckt GROUP BY version_id, ar, omfang, enhet_id, sektor_id
), fakta AS (
    -- `under` is what an amount lies under, where a printed figure would stand for it.
    SELECT led.*, led.fore || led.post_id AS under, b.enhet_id, b.belopp, b.precision, 1 AS antal
    FROM led
    JOIN budget_belopp b ON (b.version_id, b.post_id, b.ar) = (led.version_id, led.post_id, led.ar)
    UNION ALL
    SELECT led.*, led.fore || led.post_id, f.enhet_id, f.belopp, f.precision, f.antal
    FROM led
    JOIN budget_bryggfakta(%(versioner)s, %(ar)s) f
      ON (f.version_id, f.post_id, f.ar) = (led.version_id, led.post_id, led.ar)
    UNION ALL
    SELECT led.*, led.fore, t.enhet_id, t.belopp, t.precision, 1
    FROM led
    JOIN tryckt t ON (t.version_id, t.post_id, t.ar) = (led.version_id, led.post_id, led.ar) AND t.omfang = 'enhet'
), enhetssumma AS MATERIALIZED (
    SELECT b.rot_id, b.version_id, b.ar, b.enhet_id, p.sektor_id, p.hel_id,
           COALESCE(b.under && s.poster, false) AS i_sektorns,
           COALESCE(b.under && a.poster, false) AS i_allas,
           COALESCE(b.under && h.poster, false) AS i_helas,
           sum(b.belopp * b.faktor) AS belopp, max(b.precision) AS precision, sum(b.antal) AS antal
    FROM fakta b
    LEFT JOIN plats p ON p.enhet_id = b.enhet_id
    LEFT JOIN stangt r ON (r.version_id, r.ar, r.omfang) = (b.version_id, b.ar, 'enhet')
        AND r.enhet_id = (SELECT id FROM region)
    LEFT JOIN stangt e ON (e.version_id, e.ar, e.omfang, e.enhet_id) = (b.version_id, b.ar, 'enhet', b.enhet_id)
    LEFT JOIN stangt s ON (s.version_id, s.ar, s.omfang, s.sektor_id) = (b.version_id, b.ar, 'sektor', p.sektor_id)
    LEFT JOIN stangt a ON (a.version_id, a.ar, a.omfang) = (b.version_id, b.ar, 'alla')
    LEFT JOIN stangt h ON (h.version_id, h.ar, h.omfang, h.enhet_id)
        = (b.version_id, b.ar, 'hel', p.hel_id)
    WHERE (%(allt)s OR b.enhet_id = ANY(%(enheter)s))
      AND NOT COALESCE(b.under && r.poster, false) AND NOT COALESCE(b.under && e.poster, false)
      AND (b.via = '{}' OR NOT EXISTS (
          SELECT 1 FROM eget
          WHERE (eget.version_id, eget.ar, eget.via) = (b.version_id, b.ar, b.via)
            AND eget.enhet_id IN (b.enhet_id, (SELECT id FROM region))))
    GROUP BY b.rot_id, b.version_id, b.ar, b.enhet_id, p.sektor_id, p.hel_id, i_sektorns, i_allas, i_helas
), tryckt_i_led AS MATERIALIZED (
    -- What was printed for a sektor, for all enheter or for a förvaltning as a whole. Few rows, though the planner may
    -- guess otherwise: what follows is asked of them alone, and not of every led for each of them.
    SELECT led.rot_id, led.version_id, led.ar, led.fore, led.via, t.omfang, t.sektor_id, t.enhet_id,
           t.belopp * led.faktor AS belopp, t.precision
    FROM led
    JOIN tryckt t ON (t.version_id, t.post_id, t.ar) = (led.version_id, led.post_id, led.ar) AND t.omfang <> 'enhet'
), sammantaget AS (
    SELECT led.rot_id, led.version_id, led.ar, led.omfang, led.sektor_id, led.enhet_id, led.belopp, led.precision
    FROM tryckt_i_led led
    WHERE NOT EXISTS (
        SELECT 1 FROM stangt o
        WHERE (o.version_id, o.ar) = (led.version_id, led.ar) AND led.fore && o.poster
          AND (o.enhet_id = (SELECT id FROM region)
               OR (o.omfang, o.enhet_id, o.sektor_id)
                  IS NOT DISTINCT FROM (led.omfang, led.enhet_id, led.sektor_id)))
      AND (led.via = '{}' OR NOT EXISTS (
          SELECT 1 FROM eget
          WHERE (eget.version_id, eget.ar, eget.via) = (led.version_id, led.ar, led.via)
            AND eget.enhet_id = (SELECT id FROM region)))
)
SELECT rot_id, version_id, ar, omfang, sum(belopp), max(precision), sum(antal)::int
FROM (
    SELECT rot_id, version_id, ar, 'enhet:' || enhet_id AS omfang, belopp, precision, antal FROM enhetssumma
    UNION ALL
    SELECT rot_id, version_id, ar, 'sektor:' || sektor_id, belopp, precision, antal FROM enhetssumma
    WHERE sektor_id IS NOT NULL AND NOT i_sektorns
    UNION ALL
    SELECT rot_id, version_id, ar, 'hel:' || hel_id, belopp, precision, antal FROM enhetssumma
    WHERE hel_id IS NOT NULL AND NOT i_helas
    UNION ALL
    SELECT rot_id, version_id, ar, 'alla', belopp, precision, antal FROM enhetssumma
    WHERE NOT i_allas AND NOT i_helas
    UNION ALL
    SELECT rot_id, version_id, ar,
           CASE omfang WHEN 'sektor' THEN 'sektor:' || sektor_id WHEN 'hel' THEN 'hel:' || enhet_id ELSE omfang END,
           belopp, precision, 1
    FROM sammantaget
    UNION ALL
    SELECT rot_id, version_id, ar, 'alla', belopp, precision, 1 FROM sammantaget WHERE omfang = 'hel'
) summand
GROUP BY rot_id, version_id, ar, omfang
"""


def hamta_summor(
    *,
    kolumner: Iterable[tuple[int, int]],
    poster: Iterable[int],
    period: Period,
    urval: Enhetsurval = ALLA_ENHETER,
    utan_interna: bool = False,
    lage: Lage = Lage.BESLUTAT,
) -> Summor:
    """Sums of the posts (ids) in the columns (version id, year): per enhet, förvaltning and sektor, and in all.

    `period` decides which organisation the sektor sums follow; `urval` limits them to the enheter that
    the reader may see. `utan_interna` leaves förvaltningsinterna poster out. `lage` is what is asked of versions that
    are fastställda. A sum without any amount is absent, and so is a line by rule unless it was printed. One query.
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
                "lage": lage.value,
                "allt": urval.allt,
                "enheter": list(urval.enheter),
            },
        )
        return {
            Nyckel(post, version, ar, omfang): Summa(varde, precision, antal)
            for post, version, ar, omfang, varde, precision, antal in cursor.fetchall()
        }
