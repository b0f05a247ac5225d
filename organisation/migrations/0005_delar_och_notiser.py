import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

_FUNKTION = """
DROP FUNCTION organisation_platser(date, date);
CREATE FUNCTION organisation_platser(fran date, till date)
RETURNS TABLE (enhet_id bigint, namnd_id bigint, sektor_id bigint, ordning smallint{kolumn})
LANGUAGE sql STABLE AS $$
SELECT DISTINCT ON (p.enhet_id) p.enhet_id, p.namnd_id, p.sektor_id, p.ordning{varde}
FROM organisation_placering p
WHERE p.giltig_fran <= till AND (p.giltig_till IS NULL OR p.giltig_till > fran)
ORDER BY p.enhet_id, p.giltig_fran
$$;
COMMENT ON FUNCTION organisation_platser IS
    'The nämnd and sektor of each enhet{text}: where it was placed when the period began or, if it is younger, first';
"""
_MED_DEL_AV = _FUNKTION.format(
    kolumn=", del_av_id bigint", varde=", p.del_av_id", text=", and what it is part of"
)
_UTAN_DEL_AV = _FUNKTION.format(kolumn="", varde="", text="")


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0004_vakter"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notis",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("url", models.CharField(max_length=300)),
                ("skapad", models.DateTimeField(auto_now_add=True)),
                ("sedd", models.DateTimeField(blank=True, null=True, verbose_name="läst")),
            ],
            options={
                "verbose_name_plural": "notiser",
                "ordering": ("-skapad", "-pk"),
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="placering",
            name="flyttas_inte",
        ),
        migrations.AddField(
            model_name="placering",
            name="del_av",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delar",
                to="organisation.enhet",
            ),
        ),
        migrations.AlterField(
            model_name="enhet",
            name="typ",
            field=models.CharField(
                choices=[
                    ("forvaltning", "Förvaltning"),
                    ("delram", "Delram"),
                    ("del", "Del av förvaltning"),
                    ("anslag", "Anslag"),
                    ("region", "Hela regionen"),
                    ("objekt", "Investeringsobjekt"),
                ],
                max_length=20,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="placering",
            trigger=pgtrigger.compiler.Trigger(
                name="flyttas_inte",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF NEW.enhet_id <> OLD.enhet_id OR NEW.namnd_id <> OLD.namnd_id\n                        OR NEW.sektor_id IS DISTINCT FROM OLD.sektor_id\n                        OR NEW.del_av_id IS DISTINCT FROM OLD.del_av_id THEN\n                        RAISE EXCEPTION 'En placering flyttas inte: avsluta den och lägg till en ny'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="7166ade1a9416d6e0a2e2f12d96957ac312220e7",
                    operation="UPDATE",
                    pgid="pgtrigger_flyttas_inte_5f45a",
                    table="organisation_placering",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="placering",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("del_av__isnull", True),
                    models.Q(
                        ("sektor__isnull", True), models.Q(("del_av", models.F("enhet")), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="placering_del_utan_sektor",
            ),
        ),
        migrations.AddField(
            model_name="notis",
            name="mottagare",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notiser",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="notis",
            index=models.Index(
                condition=models.Q(("sedd__isnull", True)), fields=["mottagare"], name="notis_olasta"
            ),
        ),
        migrations.RunSQL(_MED_DEL_AV, _UTAN_DEL_AV),
    ]
