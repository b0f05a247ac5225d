"""The way from a post down to every post below it, so that a decided figure may stand for what lies under it, and a
bridge that in a copy starts at the level of what it is a copy of.
"""

from django.db import migrations

SKAPA = """
CREATE FUNCTION budget_postvag(poster bigint[])
RETURNS TABLE (rot_id bigint, post_id bigint, faktor int, via bigint[], ur bigint[], fore bigint[])
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH RECURSIVE steg(fran, till, faktor, via, ur) AS (
    SELECT foralder_id, id, tecken::int, '{}'::bigint[], '{}'::bigint[]
    FROM budget_post WHERE foralder_id IS NOT NULL
    UNION ALL
    SELECT p.id, p.kalla_post_id, 1, ARRAY[p.id], ARRAY[k.uppstallning_id]
    FROM budget_post p JOIN budget_post k ON k.id = p.kalla_post_id
), led(rot_id, post_id, faktor, via, ur, fore) AS (
    SELECT id, id, 1, '{}'::bigint[], '{}'::bigint[], '{}'::bigint[] FROM budget_post WHERE id = ANY(poster)
    UNION ALL
    SELECT led.rot_id, steg.till, led.faktor * steg.faktor, led.via || steg.via, led.ur || steg.ur,
           led.fore || led.post_id
    FROM led JOIN steg ON steg.fran = led.post_id
    WHERE steg.till <> ALL(led.fore || led.post_id)
)
SELECT led.rot_id, led.post_id, led.faktor, led.via, led.ur, led.fore FROM led;
END
$$;
COMMENT ON FUNCTION budget_postvag IS
    'Every post (post_id) that each post (rot_id) is made of, itself first: with what factor, through which fetching'
    ' leaves (via), out of which other uppställningar (ur) and below which posts (fore)'
"""

# A level of its own goes first. A copy goes on from its origin's level of the same year with the justeringar that
# differ; any other bridged version from last year's level with its own. Read by selectors/summor.py.
BRYGGA = """
CREATE FUNCTION budget_bryggniva(version bigint, aret int)
RETURNS TABLE (enhet_id bigint, belopp numeric, "precision" numeric, antal bigint, egen boolean)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    v budget_budgetversion;
    post bigint;
    tabell bigint;
    fran bigint;
    fran_ar int;
BEGIN
SELECT * INTO v FROM budget_budgetversion b WHERE b.id = version;
SELECT p.id, p.uppstallning_id INTO post, tabell
FROM budget_post p JOIN budget_uppstallning u ON u.id = p.uppstallning_id
WHERE u.kod = 'regionbidrag' AND p.kod = 'regionbidrag';
IF NOT v.bryggad OR aret NOT BETWEEN v.ar AND v.ar + v.planar THEN
    RETURN QUERY SELECT b.enhet_id, b.belopp, b.precision, 1::bigint, true
        FROM budget_belopp b WHERE (b.version_id, b.post_id, b.ar) = (version, post, aret);
    RETURN;
END IF;
SELECT k.id INTO fran FROM budget_budgetversion k
WHERE k.id = v.bryggas_ur_id AND aret BETWEEN k.ar AND k.ar + k.planar;
IF fran IS NOT NULL THEN
    RETURN QUERY
    WITH egna AS (
        SELECT DISTINCT ON (b.enhet_id) b.enhet_id, b.ar::int AS ar, b.belopp, b.precision
        FROM budget_belopp b
        WHERE (b.version_id, b.post_id) = (version, post) AND b.ar BETWEEN v.ar AND aret
        ORDER BY b.enhet_id, b.ar DESC
    ), ursprung AS (
        SELECT * FROM budget_bryggniva(fran, aret)
    ), ursprung_da AS (
        -- The origin's levels of the years that the copy has levels of its own for.
        SELECT e.ar, n.enhet_id, n.belopp
        FROM (SELECT DISTINCT ar FROM egna WHERE ar < aret) e CROSS JOIN LATERAL budget_bryggniva(fran, e.ar) n
    ), justerat AS (
        SELECT r.enhet_id, j.ar, sum(CASE j.version_id WHEN version THEN r.belopp ELSE -r.belopp END) AS belopp,
               max(r.precision) AS precision, count(*) FILTER (WHERE j.version_id = version) AS antal
        FROM budget_justering j
        JOIN budget_justeringsrad r ON r.justering_id = j.id
        JOIN organisation_enhet e ON e.id = r.enhet_id AND e.kod <> 'FINANS'
        WHERE j.version_id IN (version, fran) AND j.ar BETWEEN v.ar AND aret AND j.status = 'beslutad'
        GROUP BY r.enhet_id, j.ar
        HAVING sum(CASE j.version_id WHEN version THEN r.belopp ELSE -r.belopp END) <> 0
    ), efter AS (
        SELECT j.enhet_id, sum(j.belopp) AS belopp, max(j.precision) AS precision, sum(j.antal) AS antal
        FROM justerat j LEFT JOIN egna e USING (enhet_id)
        WHERE e.ar IS NULL OR j.ar > e.ar
        GROUP BY j.enhet_id
    )
    SELECT COALESCE(u.enhet_id, e.enhet_id, f.enhet_id),
           CASE WHEN e.ar = aret THEN e.belopp
                ELSE COALESCE(e.belopp - COALESCE(d.belopp, 0), 0) + COALESCE(u.belopp, 0) + COALESCE(f.belopp, 0)
           END,
           GREATEST(e.precision, u.precision, f.precision),
           COALESCE(u.antal, 0) + COALESCE(f.antal, 0)::bigint + (e.enhet_id IS NOT NULL)::int,
           e.ar IS NOT DISTINCT FROM aret
    FROM ursprung u
    FULL JOIN egna e USING (enhet_id)
    FULL JOIN efter f USING (enhet_id)
    LEFT JOIN ursprung_da d ON (d.enhet_id, d.ar) = (e.enhet_id, e.ar);
    RETURN;
END IF;
SELECT c.kalla_id, c.ar INTO fran, fran_ar FROM budget_versionskolumn c
WHERE c.version_id = version AND c.uppstallning_id = tabell AND c.ar = aret - 1
ORDER BY c.ordning, c.id LIMIT 1;
RETURN QUERY
WITH egna AS (
    SELECT b.enhet_id, b.belopp, b.precision FROM budget_belopp b
    WHERE (b.version_id, b.post_id, b.ar) = (version, post, aret)
), fore AS (
    SELECT n.enhet_id, n.belopp, n.precision, n.antal
    FROM budget_bryggniva(fran, fran_ar) n WHERE fran IS NOT NULL
), justerat AS (
    SELECT r.enhet_id, sum(r.belopp) AS belopp, max(r.precision) AS precision, count(*) AS antal
    FROM budget_justering j
    JOIN budget_justeringsrad r ON r.justering_id = j.id
    JOIN organisation_enhet e ON e.id = r.enhet_id AND e.kod <> 'FINANS'
    WHERE j.version_id = version AND j.ar = aret AND j.status = 'beslutad'
    GROUP BY r.enhet_id
)
SELECT enhet_id,
       COALESCE(e.belopp, COALESCE(f.belopp, 0) + COALESCE(j.belopp, 0)),
       CASE WHEN e.belopp IS NULL THEN GREATEST(f.precision, j.precision) ELSE e.precision END,
       CASE WHEN e.belopp IS NULL THEN COALESCE(f.antal, 0) + COALESCE(j.antal, 0) ELSE 1 END,
       e.belopp IS NOT NULL
FROM fore f FULL JOIN justerat j USING (enhet_id) FULL JOIN egna e USING (enhet_id);
END
$$;
CREATE OR REPLACE FUNCTION budget_bryggfakta(versioner bigint[], aren int[])
RETURNS TABLE (version_id bigint, ar int, post_id bigint, enhet_id bigint, belopp numeric, "precision" numeric,
               antal bigint)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
IF NOT EXISTS (SELECT FROM budget_budgetversion WHERE id = ANY(versioner) AND bryggad) THEN
    RETURN;
END IF;
RETURN QUERY
SELECT k.version_id, k.ar, p.id, n.enhet_id, n.belopp, n.precision, n.antal
FROM (SELECT DISTINCT * FROM unnest(versioner, aren) AS u(version_id, ar)) k
JOIN budget_budgetversion v ON v.id = k.version_id AND v.bryggad AND k.ar BETWEEN v.ar AND v.ar + v.planar
CROSS JOIN (
    SELECT p.id FROM budget_post p JOIN budget_uppstallning u ON u.id = p.uppstallning_id
    WHERE u.kod = 'regionbidrag' AND p.kod = 'regionbidrag'
) p
CROSS JOIN LATERAL budget_bryggniva(k.version_id, k.ar) n
WHERE NOT n.egen;
END
$$;
COMMENT ON FUNCTION budget_bryggniva IS
    'The regionbidrag of a version and year per enhet: its own level, or the one that the bridge gives'
"""


class Migration(migrations.Migration):
    dependencies = [("budget", "0013_beslutade_tal")]

    operations = [
        migrations.RunSQL(SKAPA, "DROP FUNCTION budget_postvag"),
        migrations.RunSQL(BRYGGA, migrations.RunSQL.noop),
    ]
