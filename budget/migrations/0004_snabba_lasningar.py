"""The reading of a version's sums: an index in its order, and a function whose plan a session keeps.

An SQL function is planned anew with every query that it is folded into, which cost as much as running it.
"""

from django.db import migrations, models

SKAPA = """
CREATE OR REPLACE FUNCTION budget_postled(poster bigint[])
RETURNS TABLE (rot_id bigint, blad_id bigint, faktor int, via bigint[], ur bigint[])
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
), led(rot_id, post_id, faktor, via, ur) AS (
    SELECT id, id, 1, '{}'::bigint[], '{}'::bigint[] FROM budget_post WHERE id = ANY(poster)
    UNION ALL
    SELECT led.rot_id, steg.till, led.faktor * steg.faktor, led.via || steg.via, led.ur || steg.ur
    FROM led JOIN steg ON steg.fran = led.post_id
) CYCLE post_id SET ar_cykel USING vag
SELECT led.rot_id, led.post_id, led.faktor, led.via, led.ur
FROM led JOIN budget_post p ON p.id = led.post_id
WHERE p.typ = 'blad' AND NOT led.ar_cykel;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("budget", "0003_postled")]

    operations = [
        migrations.RemoveConstraint(model_name="belopp", name="belopp_en_per_cell"),
        migrations.AddConstraint(
            model_name="belopp",
            constraint=models.UniqueConstraint(
                fields=("version", "post", "ar", "enhet"), name="belopp_en_per_cell"
            ),
        ),
        migrations.RunSQL(SKAPA, migrations.RunSQL.noop),
    ]
