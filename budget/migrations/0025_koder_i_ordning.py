"""Codes are placed among rules in one order, not each against all: konton × rules took minutes where both are many."""

from django.db import migrations

# Rules and codes side by side in the order of their codes, rules first: each code belongs to the last rule before it, if
# that one goes as far. Rules of a year have no code in common.
_MALL = """
CREATE OR REPLACE FUNCTION {funktion}(aret int, koder text[])
RETURNS TABLE({kod} text, regel_id bigint, {mal} bigint) LANGUAGE sql STABLE AS $$
    SELECT g.kod, g.regel, g.hor_till
    FROM (
        SELECT n.kod, n.fragad, first_value(n.id) OVER w AS regel, first_value(n.mal) OVER w AS hor_till,
            first_value(n.till) OVER w AS till
        FROM (
            SELECT a.*, count(a.id) OVER (
                ORDER BY length(a.kod), a.kod COLLATE "C", a.fragad ROWS UNBOUNDED PRECEDING) AS grupp
            FROM (
                SELECT r.fran::text AS kod, false AS fragad, r.id, r.{mal} AS mal, r.till::text AS till
                FROM {tabell} r
                WHERE r.fran_ar <= aret AND COALESCE(r.till_ar, aret) >= aret
                UNION ALL
                SELECT k.kod, true, NULL, NULL, NULL FROM unnest(koder) AS k(kod)
            ) a
        ) n
        WINDOW w AS (PARTITION BY n.grupp ORDER BY n.fragad)
    ) g
    WHERE g.fragad AND length(g.till) = length(g.kod) AND g.till COLLATE "C" >= g.kod COLLATE "C"
$$;
"""
_FORR = """
CREATE OR REPLACE FUNCTION {funktion}(aret int, koder text[])
RETURNS TABLE({kod} text, regel_id bigint, {mal} bigint) LANGUAGE sql STABLE AS $$
    SELECT k.{kod}, r.id, r.{mal}
    FROM unnest(koder) AS k({kod})
    JOIN {tabell} r ON length(r.fran) = length(k.{kod})
        AND budget_kodintervall(r.fran, r.till, '[]') @> k.{kod}
        AND r.fran_ar <= aret AND COALESCE(r.till_ar, aret) >= aret
$$;
"""
_TVA = (
    {"funktion": "budget_kontoposter", "kod": "konto", "mal": "post_id", "tabell": "budget_kontoregel"},
    {
        "funktion": "budget_ansvarsenheter",
        "kod": "ansvar",
        "mal": "enhet_id",
        "tabell": "budget_ansvarsregel",
    },
)


class Migration(migrations.Migration):
    dependencies = [("budget", "0024_motivens_langd")]

    operations = [migrations.RunSQL(_MALL.format(**en), _FORR.format(**en)) for en in _TVA]
