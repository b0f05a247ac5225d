import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# What bridged versions have for regionbidrag where no amount of their own stands: the nearest level behind, through
# the columns that the bridge starts from, and the decided justeringar since. Read by selectors/summor.py.
_BRYGGFAKTA = """
CREATE FUNCTION budget_bryggfakta(versioner bigint[], aren int[])
RETURNS TABLE (version_id bigint, ar int, post_id bigint, enhet_id bigint, belopp numeric, "precision" numeric,
               antal bigint)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
IF NOT EXISTS (SELECT FROM budget_budgetversion WHERE id = ANY(versioner) AND bryggad) THEN
    RETURN;
END IF;
RETURN QUERY
WITH RECURSIVE post AS (
    SELECT p.id, p.uppstallning_id FROM budget_post p JOIN budget_uppstallning u ON u.id = p.uppstallning_id
    WHERE u.kod = 'regionbidrag' AND p.kod = 'regionbidrag'
), kedja(rot_id, rot_ar, version_id, ar, bryggad, steg) AS (
    SELECT b.id, k.ar, b.id, k.ar, true, 0
    FROM unnest(versioner, aren) AS k(version_id, ar)
    JOIN budget_budgetversion b ON b.id = k.version_id
    WHERE b.bryggad AND k.ar BETWEEN b.ar AND b.ar + b.planar
    UNION ALL
    SELECT kedja.rot_id, kedja.rot_ar, fran.kalla_id, fran.ar, b.bryggad, kedja.steg + 1
    FROM kedja
    CROSS JOIN post
    CROSS JOIN LATERAL (
        SELECT c.kalla_id, c.ar::int AS ar FROM budget_versionskolumn c
        WHERE c.version_id = kedja.version_id AND c.uppstallning_id = post.uppstallning_id
          AND c.ar = kedja.ar - 1
        ORDER BY c.ordning, c.id LIMIT 1
    ) fran
    JOIN budget_budgetversion b ON b.id = fran.kalla_id
    WHERE kedja.bryggad AND kedja.steg < 100
), niva AS (
    SELECT DISTINCT ON (k.rot_id, k.rot_ar, b.enhet_id)
           k.rot_id, k.rot_ar, b.enhet_id, k.steg, b.belopp, b.precision
    FROM kedja k CROSS JOIN post
    JOIN budget_belopp b ON (b.version_id, b.post_id, b.ar) = (k.version_id, post.id, k.ar)
    ORDER BY k.rot_id, k.rot_ar, b.enhet_id, k.steg
), justerat AS (
    SELECT k.rot_id, k.rot_ar, r.enhet_id, sum(r.belopp) AS belopp, max(r.precision) AS precision,
           count(*) AS antal
    FROM kedja k
    JOIN budget_justering j ON j.version_id = k.version_id AND j.ar = k.ar AND j.status = 'beslutad'
    JOIN budget_justeringsrad r ON r.justering_id = j.id
    JOIN organisation_enhet e ON e.id = r.enhet_id AND e.kod <> 'FINANS'
    LEFT JOIN niva n ON (n.rot_id, n.rot_ar, n.enhet_id) = (k.rot_id, k.rot_ar, r.enhet_id)
    WHERE k.bryggad AND (n.steg IS NULL OR k.steg < n.steg)
    GROUP BY k.rot_id, k.rot_ar, r.enhet_id
)
SELECT rot_id, rot_ar, post.id, enhet_id, COALESCE(n.belopp, 0) + COALESCE(j.belopp, 0),
       GREATEST(n.precision, j.precision), COALESCE(j.antal, 0) + (n.steg IS NOT NULL)::int
FROM niva n FULL JOIN justerat j USING (rot_id, rot_ar, enhet_id) CROSS JOIN post
WHERE n.steg IS DISTINCT FROM 0;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("budget", "0008_justeringar"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="budgetversion",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="budgetversion",
            name="update_update",
        ),
        migrations.RemoveConstraint(
            model_name="budgetversion",
            name="version_en_faststalld_per_ar",
        ),
        migrations.AddField(
            model_name="budgetversion",
            name="beredd_datum",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="budgetversion",
            name="beredd_organ",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="budgetversion",
            name="beredd_paragraf",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="budgetversion",
            name="bryggad",
            field=models.BooleanField(default=False, verbose_name="regionbidrag räknas av bryggan"),
        ),
        migrations.AddField(
            model_name="budgetversion",
            name="finansiering",
            field=models.CharField(
                blank=True,
                choices=[
                    ("omfordelning", "Omfördelning: andra får motsvarande mindre"),
                    ("intakter", "Ökade intäkter"),
                    ("resultat", "Årets resultat blir sämre"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="budgetversion",
            name="finansiering_text",
            field=models.TextField(blank=True, verbose_name="hur beslutet finansieras"),
        ),
        migrations.AddField(
            model_name="budgetversionevent",
            name="beredd_datum",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="budgetversionevent",
            name="beredd_organ",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="budgetversionevent",
            name="beredd_paragraf",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="budgetversionevent",
            name="bryggad",
            field=models.BooleanField(default=False, verbose_name="regionbidrag räknas av bryggan"),
        ),
        migrations.AddField(
            model_name="budgetversionevent",
            name="finansiering",
            field=models.CharField(
                blank=True,
                choices=[
                    ("omfordelning", "Omfördelning: andra får motsvarande mindre"),
                    ("intakter", "Ökade intäkter"),
                    ("resultat", "Årets resultat blir sämre"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="budgetversionevent",
            name="finansiering_text",
            field=models.TextField(blank=True, verbose_name="hur beslutet finansieras"),
        ),
        migrations.AlterField(
            model_name="budgetversion",
            name="typ",
            field=models.CharField(
                choices=[
                    ("budget", "Budget"),
                    ("tillagg", "Tilläggsbudget"),
                    ("prognos", "Prognos"),
                    ("bokslut", "Bokslut"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="budgetversionevent",
            name="typ",
            field=models.CharField(
                choices=[
                    ("budget", "Budget"),
                    ("tillagg", "Tilläggsbudget"),
                    ("prognos", "Prognos"),
                    ("bokslut", "Bokslut"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="justering",
            name="block",
            field=models.CharField(
                choices=[
                    ("teknisk", "Tekniska justeringar"),
                    ("upprakning", "Uppräkning"),
                    ("riktad", "Riktade satsningar"),
                    ("plan", "Enligt tidigare plan"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="justeringevent",
            name="block",
            field=models.CharField(
                choices=[
                    ("teknisk", "Tekniska justeringar"),
                    ("upprakning", "Uppräkning"),
                    ("riktad", "Riktade satsningar"),
                    ("plan", "Enligt tidigare plan"),
                ],
                max_length=12,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetversion",
            trigger=pgtrigger.compiler.Trigger(
                name="last_raknas_inte_om",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"status\" = 'last' AND NEW.\"status\" = 'last')",
                    func="\n                    IF (NEW.bryggad, NEW.ar, NEW.planar, NEW.typ) <> (OLD.bryggad, OLD.ar, OLD.planar, OLD.typ) THEN\n                        RAISE EXCEPTION 'Budgetversionen % är låst', OLD.kod USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="76a5039ec7b03e5a1ead3aa878041270532d204f",
                    operation="UPDATE",
                    pgid="pgtrigger_last_raknas_inte_om_e3d3e",
                    table="budget_budgetversion",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetversion",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_budgetversionevent" ("ar", "beredd_datum", "beredd_organ", "beredd_paragraf", "beslut_datum", "beslut_organ", "beslut_paragraf", "bryggad", "faststalld", "finansiering", "finansiering_text", "handling", "id", "kod", "kopia_av_id", "last_av_id", "last_tid", "namn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planar", "status", "typ") SELECT new_values."ar", new_values."beredd_datum", new_values."beredd_organ", new_values."beredd_paragraf", new_values."beslut_datum", new_values."beslut_organ", new_values."beslut_paragraf", new_values."bryggad", new_values."faststalld", new_values."finansiering", new_values."finansiering_text", new_values."handling", new_values."id", new_values."kod", new_values."kopia_av_id", new_values."last_av_id", new_values."last_tid", new_values."namn", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."planar", new_values."status", new_values."typ" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="38f994295d185e862546ccc51f82072832389dd2",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a9ab2",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="budget_budgetversion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetversion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_budgetversionevent" ("ar", "beredd_datum", "beredd_organ", "beredd_paragraf", "beslut_datum", "beslut_organ", "beslut_paragraf", "bryggad", "faststalld", "finansiering", "finansiering_text", "handling", "id", "kod", "kopia_av_id", "last_av_id", "last_tid", "namn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planar", "status", "typ") SELECT new_values."ar", new_values."beredd_datum", new_values."beredd_organ", new_values."beredd_paragraf", new_values."beslut_datum", new_values."beslut_organ", new_values."beslut_paragraf", new_values."bryggad", new_values."faststalld", new_values."finansiering", new_values."finansiering_text", new_values."handling", new_values."id", new_values."kod", new_values."kopia_av_id", new_values."last_av_id", new_values."last_tid", new_values."namn", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."planar", new_values."status", new_values."typ" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="2aefa88ae33524d89e98fbba2948e6b7cd0be226",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_2372b",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="budget_budgetversion",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("faststalld", True), ("typ__in", ("budget", "prognos", "bokslut"))),
                fields=("ar", "typ"),
                name="version_en_faststalld_per_ar",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("beredd_datum__isnull", True), ("beredd_organ", ""), ("beredd_paragraf", "")),
                    models.Q(
                        ("beredd_datum__isnull", False),
                        ("status", "last"),
                        models.Q(("beredd_organ", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="version_beredd_ar_last",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("typ", "tillagg"), _negated=True), ("kopia_av__isnull", False), _connector="OR"
                ),
                name="version_tillagg_andrar_en_annan",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("faststalld", True), ("typ", "tillagg"), _negated=True),
                    models.Q(
                        models.Q(("finansiering", ""), _negated=True),
                        models.Q(("finansiering_text", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="version_tillagg_ar_finansierat",
            ),
        ),
        migrations.RunSQL(_BRYGGFAKTA, "DROP FUNCTION budget_bryggfakta"),
    ]
