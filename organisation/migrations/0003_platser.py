"""Where every enhet belongs during a period, said in one place for sums and for rights."""

from django.db import migrations

SKAPA = """
CREATE FUNCTION organisation_platser(fran date, till date)
RETURNS TABLE (enhet_id bigint, namnd_id bigint, sektor_id bigint, ordning smallint)
LANGUAGE sql STABLE AS $$
SELECT DISTINCT ON (p.enhet_id) p.enhet_id, p.namnd_id, p.sektor_id, p.ordning
FROM organisation_placering p
WHERE p.giltig_fran <= till AND (p.giltig_till IS NULL OR p.giltig_till > fran)
ORDER BY p.enhet_id, p.giltig_fran
$$;
COMMENT ON FUNCTION organisation_platser IS
    'The nämnd and sektor of each enhet: where it was placed when the period began or, if it is younger, first';
"""


class Migration(migrations.Migration):
    dependencies = [("organisation", "0002_anvandare_roller")]

    operations = [
        migrations.RunSQL(SKAPA, "DROP FUNCTION organisation_platser"),
    ]
