import uuid

import django.contrib.postgres.constraints
import django.db.models.constraints
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

_TOMS_INTE = (
    "budget_motpart",
    "budget_finansiering",
    "budget_internbudgetforutsattning",
    "budget_internbudgetforutsattningevent",
    "budget_malavsteg",
    "budget_malavstegevent",
    "budget_beslutspunkt",
    "budget_beslutstal",
    "budget_beslutspunktevent",
    "budget_beslutstalevent",
    "budget_investeringsobjekt",
    "budget_investeringsobjektevent",
    "budget_investeringsbeslut",
    "budget_investeringsbeslutevent",
    "budget_budgetdel",
    "budget_budgetdelevent",
    "budget_kommentar",
    "budget_kommentarevent",
    "budget_paminnelse",
    "budget_ifyllnad",
    "budget_ifyllnadevent",
)

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

_ENHETER = """
CREATE FUNCTION budget_delenheter(version bigint) RETURNS TABLE (enhet_id bigint, namnd_id bigint)
LANGUAGE sql STABLE AS $$
SELECT p.enhet_id, p.namnd_id
FROM budget_budgetversion v
CROSS JOIN LATERAL organisation_platser(make_date(v.ar, 1, 1), make_date(v.ar + v.planar, 12, 31)) p
JOIN organisation_enhet e ON e.id = p.enhet_id
WHERE v.id = version AND e.typ <> 'region'
$$;
COMMENT ON FUNCTION budget_delenheter IS
    'Which nämnd hands in the amounts of each enhet of a version; the region''s own tables are nobody''s part';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("budget", "0008_justeringar"),
        ("organisation", "0005_delar_och_notiser"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Beslutspunkt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordning", models.PositiveSmallIntegerField()),
                ("numrerad", models.BooleanField(default=True)),
                ("rubrik", models.CharField(max_length=120)),
                ("text", models.TextField()),
                ("mottagare", models.CharField(blank=True, max_length=300, verbose_name="riktas till")),
                ("senast", models.DateField(blank=True, null=True, verbose_name="senast den")),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
                ("rev", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name_plural": "beslutspunkter",
                "ordering": ("ordning",),
            },
        ),
        migrations.CreateModel(
            name="BeslutspunktEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("ordning", models.PositiveSmallIntegerField()),
                ("numrerad", models.BooleanField(default=True)),
                ("rubrik", models.CharField(max_length=120)),
                ("text", models.TextField()),
                ("mottagare", models.CharField(blank=True, max_length=300, verbose_name="riktas till")),
                ("senast", models.DateField(blank=True, null=True, verbose_name="senast den")),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
                ("rev", models.PositiveIntegerField(default=1)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Beslutstal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("namn", models.SlugField(max_length=40)),
                (
                    "matt",
                    models.CharField(
                        choices=[("mnkr", "miljoner kronor"), ("kr", "kronor"), ("procent", "procent")],
                        max_length=10,
                    ),
                ),
                ("varde", models.DecimalField(decimal_places=6, max_digits=20)),
                ("precision", models.DecimalField(decimal_places=6, max_digits=20)),
                ("jamfors_med", models.CharField(blank=True, max_length=200, verbose_name="jämförs med")),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
            ],
            options={
                "verbose_name_plural": "beslutstal",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="BeslutstalEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("namn", models.SlugField(db_index=False, max_length=40)),
                (
                    "matt",
                    models.CharField(
                        choices=[("mnkr", "miljoner kronor"), ("kr", "kronor"), ("procent", "procent")],
                        max_length=10,
                    ),
                ),
                ("varde", models.DecimalField(decimal_places=6, max_digits=20)),
                ("precision", models.DecimalField(decimal_places=6, max_digits=20)),
                ("jamfors_med", models.CharField(blank=True, max_length=200, verbose_name="jämförs med")),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Budgetdel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("oppen", "Öppen"),
                            ("inlamnad", "Inlämnad"),
                            ("granskad", "Granskad"),
                            ("ater", "Åter för komplettering"),
                            ("klar", "Klar"),
                        ],
                        default="oppen",
                        max_length=10,
                    ),
                ),
                ("sista_dag", models.DateField()),
                ("rev", models.PositiveIntegerField(default=1)),
                ("inlamnad_tid", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "budgetdelar",
                "ordering": ("namnd__ordning",),
            },
        ),
        migrations.CreateModel(
            name="BudgetdelEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("oppen", "Öppen"),
                            ("inlamnad", "Inlämnad"),
                            ("granskad", "Granskad"),
                            ("ater", "Åter för komplettering"),
                            ("klar", "Klar"),
                        ],
                        default="oppen",
                        max_length=10,
                    ),
                ),
                ("sista_dag", models.DateField()),
                ("rev", models.PositiveIntegerField(default=1)),
                ("inlamnad_tid", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Finansiering",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("giltig_fran", models.DateField()),
                ("giltig_till", models.DateField(blank=True, null=True)),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("anslag", "Anslag"),
                            ("abonnemang", "Abonnemang"),
                            ("internprissattning", "Internprissättning"),
                        ],
                        max_length=20,
                    ),
                ),
                ("verksamhet", models.CharField(max_length=120)),
                ("grund", models.CharField(max_length=200)),
                ("beslutas_av", models.CharField(blank=True, max_length=120)),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
                ("ordning", models.PositiveSmallIntegerField()),
            ],
            options={
                "verbose_name_plural": "finansieringar",
                "ordering": ("ordning", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Ifyllnad",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("namn", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("storlek", models.PositiveIntegerField(verbose_name="byte")),
                ("uppladdad_tid", models.DateTimeField(auto_now_add=True)),
                ("mottagen_tid", models.DateTimeField(blank=True, null=True)),
                ("antal", models.PositiveIntegerField(default=0, verbose_name="mottagna belopp")),
            ],
            options={
                "verbose_name_plural": "ifyllnader",
                "ordering": ("-uppladdad_tid",),
            },
        ),
        migrations.CreateModel(
            name="IfyllnadEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                ("namn", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("storlek", models.PositiveIntegerField(verbose_name="byte")),
                ("uppladdad_tid", models.DateTimeField(auto_now_add=True)),
                ("mottagen_tid", models.DateTimeField(blank=True, null=True)),
                ("antal", models.PositiveIntegerField(default=0, verbose_name="mottagna belopp")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Internbudgetforutsattning",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "grupp",
                    models.CharField(
                        choices=[
                            ("antagande", "Antaganden"),
                            ("handlingsplan", "Handlingsplan"),
                            ("upplysning", "Upplysningar"),
                        ],
                        max_length=15,
                    ),
                ),
                ("nyckel", models.SlugField()),
                ("beskrivning", models.CharField(max_length=200)),
                ("avser", models.CharField(max_length=100)),
                ("ar", models.PositiveSmallIntegerField()),
                ("belopp", models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True)),
                ("precision", models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True)),
                ("procent", models.DecimalField(blank=True, decimal_places=3, max_digits=7, null=True)),
                ("ungefar", models.BooleanField(default=False, verbose_name="cirka")),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
                ("ordning", models.PositiveSmallIntegerField()),
            ],
            options={
                "verbose_name_plural": "internbudgetförutsättningar",
                "ordering": ("ordning", "pk"),
            },
        ),
        migrations.CreateModel(
            name="InternbudgetforutsattningEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "grupp",
                    models.CharField(
                        choices=[
                            ("antagande", "Antaganden"),
                            ("handlingsplan", "Handlingsplan"),
                            ("upplysning", "Upplysningar"),
                        ],
                        max_length=15,
                    ),
                ),
                ("nyckel", models.SlugField(db_index=False)),
                ("beskrivning", models.CharField(max_length=200)),
                ("avser", models.CharField(max_length=100)),
                ("ar", models.PositiveSmallIntegerField()),
                ("belopp", models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True)),
                ("precision", models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True)),
                ("procent", models.DecimalField(blank=True, decimal_places=3, max_digits=7, null=True)),
                ("ungefar", models.BooleanField(default=False, verbose_name="cirka")),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
                ("ordning", models.PositiveSmallIntegerField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Investeringsbeslut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organ", models.CharField(blank=True, max_length=100)),
                ("datum", models.DateField(blank=True, null=True)),
                ("paragraf", models.CharField(blank=True, max_length=20)),
                ("text", models.CharField(blank=True, max_length=400)),
                (
                    "avslutas_ar",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="avslutas efter år"),
                ),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
            ],
            options={
                "verbose_name_plural": "investeringsbeslut",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="InvesteringsbeslutEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("organ", models.CharField(blank=True, max_length=100)),
                ("datum", models.DateField(blank=True, null=True)),
                ("paragraf", models.CharField(blank=True, max_length=20)),
                ("text", models.CharField(blank=True, max_length=400)),
                (
                    "avslutas_ar",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="avslutas efter år"),
                ),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Investeringsobjekt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "slag",
                    models.CharField(choices=[("bygg", "Bygg"), ("utrustning", "Utrustning")], max_length=12),
                ),
                (
                    "grupp",
                    models.CharField(
                        choices=[
                            ("kollektivtrafik", "Kollektivtrafik"),
                            ("sjukvard", "Hälso- och sjukvård"),
                            ("service", "Fastighets- och servicenämnd"),
                        ],
                        max_length=20,
                    ),
                ),
                ("strategiskt", models.BooleanField(default=True)),
                ("ordning", models.PositiveSmallIntegerField()),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
                ("rev", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name_plural": "investeringsobjekt",
                "ordering": ("ordning", "pk"),
            },
        ),
        migrations.CreateModel(
            name="InvesteringsobjektEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "slag",
                    models.CharField(choices=[("bygg", "Bygg"), ("utrustning", "Utrustning")], max_length=12),
                ),
                (
                    "grupp",
                    models.CharField(
                        choices=[
                            ("kollektivtrafik", "Kollektivtrafik"),
                            ("sjukvard", "Hälso- och sjukvård"),
                            ("service", "Fastighets- och servicenämnd"),
                        ],
                        max_length=20,
                    ),
                ),
                ("strategiskt", models.BooleanField(default=True)),
                ("ordning", models.PositiveSmallIntegerField()),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
                ("rev", models.PositiveIntegerField(default=1)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Kommentar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ar", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="år")),
                ("text", models.TextField(max_length=2000)),
                ("skapad", models.DateTimeField(default=django.utils.timezone.now)),
                ("tillbakatagen", models.DateTimeField(blank=True, null=True)),
                ("lost_tid", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "kommentarer",
                "ordering": ("skapad", "pk"),
            },
        ),
        migrations.CreateModel(
            name="KommentarEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("ar", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="år")),
                ("text", models.TextField(max_length=2000)),
                ("skapad", models.DateTimeField(default=django.utils.timezone.now)),
                ("tillbakatagen", models.DateTimeField(blank=True, null=True)),
                ("lost_tid", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Malavsteg",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "mal",
                    models.CharField(
                        choices=[
                            ("resultatmal", "Resultatmålet"),
                            ("skuldsattningsmal", "Skuldsättningsmålet"),
                            ("finansieringsmal", "Finansieringsmålet"),
                        ],
                        max_length=20,
                        verbose_name="mål",
                    ),
                ),
                ("fran", models.PositiveSmallIntegerField(verbose_name="från år")),
                ("till", models.PositiveSmallIntegerField(verbose_name="till år")),
                ("motiv", models.TextField()),
                ("organ", models.CharField(max_length=100)),
                ("datum", models.DateField(blank=True, null=True)),
                (
                    "paragraf",
                    models.CharField(blank=True, max_length=20, verbose_name="paragraf i protokollet"),
                ),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
                ("registrerad", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name_plural": "målavsteg",
                "ordering": ("mal", "fran"),
            },
        ),
        migrations.CreateModel(
            name="MalavstegEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "mal",
                    models.CharField(
                        choices=[
                            ("resultatmal", "Resultatmålet"),
                            ("skuldsattningsmal", "Skuldsättningsmålet"),
                            ("finansieringsmal", "Finansieringsmålet"),
                        ],
                        max_length=20,
                        verbose_name="mål",
                    ),
                ),
                ("fran", models.PositiveSmallIntegerField(verbose_name="från år")),
                ("till", models.PositiveSmallIntegerField(verbose_name="till år")),
                ("motiv", models.TextField()),
                ("organ", models.CharField(max_length=100)),
                ("datum", models.DateField(blank=True, null=True)),
                (
                    "paragraf",
                    models.CharField(blank=True, max_length=20, verbose_name="paragraf i protokollet"),
                ),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
                ("registrerad", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Motpart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("giltig_fran", models.DateField()),
                ("giltig_till", models.DateField(blank=True, null=True)),
                ("kod", models.CharField(max_length=20)),
                ("namn", models.CharField(max_length=100)),
                (
                    "slag",
                    models.CharField(
                        choices=[
                            ("extern", "Extern"),
                            ("annan", "Annan förvaltning i regionen"),
                            ("intern", "Förvaltningsintern"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "kalla",
                    models.CharField(blank=True, max_length=200, verbose_name="plats i källhandlingen"),
                ),
            ],
            options={
                "verbose_name_plural": "motparter",
                "ordering": ("kod", "giltig_fran"),
            },
        ),
        migrations.CreateModel(
            name="Paminnelse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dag", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("paborjad", "Påbörjad"),
                            ("skickad", "Skickad"),
                            ("utan_brev", "Bara i systemet"),
                            ("misslyckad", "Misslyckad"),
                        ],
                        default="paborjad",
                        max_length=12,
                    ),
                ),
                ("mottagare", models.TextField(blank=True)),
                ("fel", models.CharField(blank=True, max_length=300)),
                ("tid", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name_plural": "påminnelser",
                "ordering": ("-dag",),
            },
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("namn", models.CharField(max_length=80)),
                ("antaganden", models.JSONField()),
                ("rev", models.PositiveIntegerField(default=1)),
                ("skapad", models.DateTimeField(auto_now_add=True)),
                ("andrad", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name_plural": "scenarier",
                "ordering": ("-andrad", "pk"),
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="budgetversion",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="budgetversion",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="post",
            name="trad",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="post",
            name="last_uppstallning",
        ),
        migrations.RemoveConstraint(
            model_name="budgetversion",
            name="version_en_faststalld_per_ar",
        ),
        migrations.RemoveConstraint(
            model_name="kontrollsumma",
            name="kontrollsumma_omfang",
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
            model_name="budgetversion",
            name="namnd",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="organisation.namnd"
            ),
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
        migrations.AddField(
            model_name="budgetversionevent",
            name="namnd",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="organisation.namnd",
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="decimaler",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="decimaler, om andra än tabellens"
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="grupp",
            field=models.CharField(blank=True, max_length=80, verbose_name="rubrik över raden"),
        ),
        migrations.AddField(
            model_name="post",
            name="matt",
            field=models.CharField(
                choices=[("mnkr", "mnkr"), ("kr", "kr"), ("procent", "procent"), ("antal", "antal")],
                default="mnkr",
                max_length=10,
                verbose_name="mått",
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="namnare",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="namnare_i",
                to="budget.post",
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="per",
            field=models.CharField(blank=True, max_length=40, verbose_name="kronor per"),
        ),
        migrations.AddField(
            model_name="post",
            name="regel",
            field=models.CharField(
                blank=True,
                choices=[("tillvaxt", "Förändring mot året före"), ("kvot", "Andel")],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="taljare",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taljare_i",
                to="budget.post",
            ),
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
                    ("internbudget", "Internbudget"),
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
                    ("internbudget", "Internbudget"),
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
        migrations.AlterField(
            model_name="kontrollsumma",
            name="omfang",
            field=models.CharField(
                choices=[
                    ("enhet", "En enhet"),
                    ("sektor", "En sektor"),
                    ("alla", "Alla enheter"),
                    ("hel", "En förvaltning med sina delar, utan förvaltningsinterna poster"),
                ],
                max_length=10,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="belopp",
            trigger=pgtrigger.compiler.Trigger(
                name="del_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    IF EXISTS (SELECT 1 FROM budget_budgetdel WHERE version_id IN (SELECT version_id FROM rader)) THEN\n        PERFORM 1 FROM budget_budgetdel d WHERE (d.version_id, d.namnd_id) IN (\n    SELECT v.version_id, e.namnd_id FROM (SELECT DISTINCT version_id FROM rader) v\n    CROSS JOIN LATERAL budget_delenheter(v.version_id) e\n    WHERE EXISTS (SELECT 1 FROM rader r WHERE (r.version_id, r.enhet_id) = (v.version_id, e.enhet_id))\n)\n            ORDER BY d.id FOR SHARE;\n        SELECT n.namn INTO kod FROM budget_budgetdel d JOIN organisation_namnd n ON n.id = d.namnd_id\n            WHERE (d.version_id, d.namnd_id) IN (\n    SELECT v.version_id, e.namnd_id FROM (SELECT DISTINCT version_id FROM rader) v\n    CROSS JOIN LATERAL budget_delenheter(v.version_id) e\n    WHERE EXISTS (SELECT 1 FROM rader r WHERE (r.version_id, r.enhet_id) = (v.version_id, e.enhet_id))\n)\n              AND d.status NOT IN ('ater', 'oppen') LIMIT 1;\n        IF kod IS NOT NULL THEN\n            RAISE EXCEPTION 'Budgetdelen är inlämnad och tar inga nya belopp: %', kod\n                USING ERRCODE = 'check_violation';\n        END IF;\n    END IF;\n RETURN NULL;",
                    hash="3c7dc35e0b4d395d2da585267d5d69f8087978f5",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_del_insert_1918a",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_belopp",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="belopp",
            trigger=pgtrigger.compiler.Trigger(
                name="del_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    IF EXISTS (SELECT 1 FROM budget_budgetdel WHERE version_id IN (SELECT version_id FROM rader)) THEN\n        PERFORM 1 FROM budget_budgetdel d WHERE (d.version_id, d.namnd_id) IN (\n    SELECT v.version_id, e.namnd_id FROM (SELECT DISTINCT version_id FROM rader) v\n    CROSS JOIN LATERAL budget_delenheter(v.version_id) e\n    WHERE EXISTS (SELECT 1 FROM rader r WHERE (r.version_id, r.enhet_id) = (v.version_id, e.enhet_id))\n)\n            ORDER BY d.id FOR SHARE;\n        SELECT n.namn INTO kod FROM budget_budgetdel d JOIN organisation_namnd n ON n.id = d.namnd_id\n            WHERE (d.version_id, d.namnd_id) IN (\n    SELECT v.version_id, e.namnd_id FROM (SELECT DISTINCT version_id FROM rader) v\n    CROSS JOIN LATERAL budget_delenheter(v.version_id) e\n    WHERE EXISTS (SELECT 1 FROM rader r WHERE (r.version_id, r.enhet_id) = (v.version_id, e.enhet_id))\n)\n              AND d.status NOT IN ('ater', 'oppen') LIMIT 1;\n        IF kod IS NOT NULL THEN\n            RAISE EXCEPTION 'Budgetdelen är inlämnad och tar inga nya belopp: %', kod\n                USING ERRCODE = 'check_violation';\n        END IF;\n    END IF;\n RETURN NULL;",
                    hash="ce05fd594cce4657b8753af4d372cf737033039c",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_del_update_1188f",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_belopp",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="belopp",
            trigger=pgtrigger.compiler.Trigger(
                name="del_flytt",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    IF EXISTS (SELECT 1 FROM budget_budgetdel WHERE version_id IN (SELECT version_id FROM rader)) THEN\n        PERFORM 1 FROM budget_budgetdel d WHERE (d.version_id, d.namnd_id) IN (\n    SELECT v.version_id, e.namnd_id FROM (SELECT DISTINCT version_id FROM rader) v\n    CROSS JOIN LATERAL budget_delenheter(v.version_id) e\n    WHERE EXISTS (SELECT 1 FROM rader r WHERE (r.version_id, r.enhet_id) = (v.version_id, e.enhet_id))\n)\n            ORDER BY d.id FOR SHARE;\n        SELECT n.namn INTO kod FROM budget_budgetdel d JOIN organisation_namnd n ON n.id = d.namnd_id\n            WHERE (d.version_id, d.namnd_id) IN (\n    SELECT v.version_id, e.namnd_id FROM (SELECT DISTINCT version_id FROM rader) v\n    CROSS JOIN LATERAL budget_delenheter(v.version_id) e\n    WHERE EXISTS (SELECT 1 FROM rader r WHERE (r.version_id, r.enhet_id) = (v.version_id, e.enhet_id))\n)\n              AND d.status NOT IN ('ater', 'oppen') LIMIT 1;\n        IF kod IS NOT NULL THEN\n            RAISE EXCEPTION 'Budgetdelen är inlämnad och tar inga nya belopp: %', kod\n                USING ERRCODE = 'check_violation';\n        END IF;\n    END IF;\n RETURN NULL;",
                    hash="7ff0e50df5147498a6fbff0a8d9d829e8fccf883",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_del_flytt_0b1d5",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_belopp",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="belopp",
            trigger=pgtrigger.compiler.Trigger(
                name="del_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    IF EXISTS (SELECT 1 FROM budget_budgetdel WHERE version_id IN (SELECT version_id FROM rader)) THEN\n        PERFORM 1 FROM budget_budgetdel d WHERE (d.version_id, d.namnd_id) IN (\n    SELECT v.version_id, e.namnd_id FROM (SELECT DISTINCT version_id FROM rader) v\n    CROSS JOIN LATERAL budget_delenheter(v.version_id) e\n    WHERE EXISTS (SELECT 1 FROM rader r WHERE (r.version_id, r.enhet_id) = (v.version_id, e.enhet_id))\n)\n            ORDER BY d.id FOR SHARE;\n        SELECT n.namn INTO kod FROM budget_budgetdel d JOIN organisation_namnd n ON n.id = d.namnd_id\n            WHERE (d.version_id, d.namnd_id) IN (\n    SELECT v.version_id, e.namnd_id FROM (SELECT DISTINCT version_id FROM rader) v\n    CROSS JOIN LATERAL budget_delenheter(v.version_id) e\n    WHERE EXISTS (SELECT 1 FROM rader r WHERE (r.version_id, r.enhet_id) = (v.version_id, e.enhet_id))\n)\n              AND d.status NOT IN ('ater', 'oppen') LIMIT 1;\n        IF kod IS NOT NULL THEN\n            RAISE EXCEPTION 'Budgetdelen är inlämnad och tar inga nya belopp: %', kod\n                USING ERRCODE = 'check_violation';\n        END IF;\n    END IF;\n RETURN NULL;",
                    hash="45b5c225c285e843f2a9fee767f98692e497e744",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_del_delete_078f4",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_belopp",
                    when="AFTER",
                ),
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_budgetversionevent" ("ar", "beredd_datum", "beredd_organ", "beredd_paragraf", "beslut_datum", "beslut_organ", "beslut_paragraf", "bryggad", "faststalld", "finansiering", "finansiering_text", "handling", "id", "kod", "kopia_av_id", "last_av_id", "last_tid", "namn", "namnd_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planar", "status", "typ") SELECT new_values."ar", new_values."beredd_datum", new_values."beredd_organ", new_values."beredd_paragraf", new_values."beslut_datum", new_values."beslut_organ", new_values."beslut_paragraf", new_values."bryggad", new_values."faststalld", new_values."finansiering", new_values."finansiering_text", new_values."handling", new_values."id", new_values."kod", new_values."kopia_av_id", new_values."last_av_id", new_values."last_tid", new_values."namn", new_values."namnd_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."planar", new_values."status", new_values."typ" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="62d9e77eb359b4791283b88fdaf8da25a0924cf4",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_budgetversionevent" ("ar", "beredd_datum", "beredd_organ", "beredd_paragraf", "beslut_datum", "beslut_organ", "beslut_paragraf", "bryggad", "faststalld", "finansiering", "finansiering_text", "handling", "id", "kod", "kopia_av_id", "last_av_id", "last_tid", "namn", "namnd_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planar", "status", "typ") SELECT new_values."ar", new_values."beredd_datum", new_values."beredd_organ", new_values."beredd_paragraf", new_values."beslut_datum", new_values."beslut_organ", new_values."beslut_paragraf", new_values."bryggad", new_values."faststalld", new_values."finansiering", new_values."finansiering_text", new_values."handling", new_values."id", new_values."kod", new_values."kopia_av_id", new_values."last_av_id", new_values."last_tid", new_values."namn", new_values."namnd_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."planar", new_values."status", new_values."typ" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="20498f2f28185af3f4856f366c82889de22a96cb",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_2372b",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="budget_budgetversion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="trad",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF NEW.foralder_id IS NOT NULL AND NOT EXISTS (\n                        SELECT 1 FROM budget_post f\n                        WHERE f.id = NEW.foralder_id AND f.typ = 'summa'\n                          AND f.uppstallning_id = NEW.uppstallning_id\n                    ) THEN\n                        RAISE EXCEPTION 'Posten % kan bara ligga under en summa i samma uppställning', NEW.kod\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    IF EXISTS (\n                        SELECT 1 FROM budget_post f\n                        WHERE f.id IN (NEW.foralder_id, NEW.kalla_post_id) AND f.matt <> NEW.matt\n                    ) OR (TG_OP = 'UPDATE' AND EXISTS (\n                        SELECT 1 FROM budget_post b\n                        WHERE NEW.id IN (b.foralder_id, b.kalla_post_id) AND b.matt <> NEW.matt\n                    )) THEN\n                        RAISE EXCEPTION 'Posten % har ett annat mått än raden den summeras eller hämtas med', NEW.kod\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    IF NEW.typ <> 'blad' AND EXISTS (\n                        SELECT 1 FROM budget_belopp b WHERE b.post_id = NEW.id\n                    ) THEN\n                        RAISE EXCEPTION 'Posten % har belopp och måste förbli ett blad', NEW.kod\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="47336427c883441a63916d4f0def1ecba8419db3",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_trad_fee0f",
                    table="budget_post",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="last_uppstallning",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE version text;",
                    func="\n                    IF TG_OP = 'UPDATE'\n                        AND (NEW.typ, NEW.tecken, NEW.matt, NEW.regel) = (OLD.typ, OLD.tecken, OLD.matt, OLD.regel)\n                        AND NEW.taljare_id IS NOT DISTINCT FROM OLD.taljare_id\n                        AND NEW.namnare_id IS NOT DISTINCT FROM OLD.namnare_id\n                        AND NEW.uppstallning_id = OLD.uppstallning_id\n                        AND NEW.foralder_id IS NOT DISTINCT FROM OLD.foralder_id\n                        AND NEW.kalla_post_id IS NOT DISTINCT FROM OLD.kalla_post_id\n                        AND NEW.motpart_id IS NOT DISTINCT FROM OLD.motpart_id THEN\n                        RETURN NEW;\n                    END IF;\n                    SELECT v.kod INTO version FROM budget_versionskolumn k\n                        JOIN budget_budgetversion v ON v.id = k.version_id\n                        WHERE k.uppstallning_id = OLD.uppstallning_id AND v.status = 'last' LIMIT 1;\n                    IF version IS NOT NULL THEN\n                        RAISE EXCEPTION 'Posten % ingår i den låsta budgetversionen % och räknas inte om',\n                            OLD.kod, version USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;\n                ",
                    hash="4d788bc91c0a2aca730e67f14154562e75b9f50d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_last_uppstallning_f176e",
                    table="budget_post",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("faststalld", True), models.Q(("typ", "tillagg"), _negated=True)),
                fields=("ar", "typ", "namnd"),
                name="version_en_faststalld_per_ar",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("namnd__isnull", False), ("typ", "internbudget")),
                    ("typ", "prognos"),
                    models.Q(
                        models.Q(("typ__in", ("internbudget", "prognos")), _negated=True),
                        ("namnd__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="version_namnd_for_internbudget",
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
        migrations.AddConstraint(
            model_name="kontrollsumma",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("enhet__isnull", False), ("omfang__in", ("enhet", "hel")), ("sektor__isnull", True)
                    ),
                    models.Q(("enhet__isnull", True), ("omfang", "sektor"), ("sektor__isnull", False)),
                    models.Q(("enhet__isnull", True), ("omfang", "alla"), ("sektor__isnull", True)),
                    _connector="OR",
                ),
                name="kontrollsumma_omfang",
            ),
        ),
        migrations.AddField(
            model_name="beslutspunkt",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="beslutspunkter",
                to="budget.budgetversion",
            ),
        ),
        migrations.AddField(
            model_name="beslutspunktevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="beslutspunktevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="budget.beslutspunkt",
            ),
        ),
        migrations.AddField(
            model_name="beslutspunktevent",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="budget.budgetversion",
            ),
        ),
        migrations.AddField(
            model_name="beslutstal",
            name="punkt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="tal", to="budget.beslutspunkt"
            ),
        ),
        migrations.AddField(
            model_name="beslutstal",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="budget.budgetversion"
            ),
        ),
        migrations.AddField(
            model_name="beslutstalevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="beslutstalevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="budget.beslutstal",
            ),
        ),
        migrations.AddField(
            model_name="beslutstalevent",
            name="punkt",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="budget.beslutspunkt",
            ),
        ),
        migrations.AddField(
            model_name="beslutstalevent",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="budget.budgetversion",
            ),
        ),
        migrations.AddField(
            model_name="budgetdel",
            name="namnd",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisation.namnd"
            ),
        ),
        migrations.AddField(
            model_name="budgetdel",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="delar", to="budget.budgetversion"
            ),
        ),
        migrations.AddField(
            model_name="budgetdelevent",
            name="namnd",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="organisation.namnd",
            ),
        ),
        migrations.AddField(
            model_name="budgetdelevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="budgetdelevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="budget.budgetdel",
            ),
        ),
        migrations.AddField(
            model_name="budgetdelevent",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="budget.budgetversion",
            ),
        ),
        migrations.AddField(
            model_name="finansiering",
            name="enhet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="finansieringar",
                to="organisation.enhet",
            ),
        ),
        migrations.AddField(
            model_name="ifyllnad",
            name="uppladdad_av",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="ifyllnad",
            name="version",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="budget.budgetversion"),
        ),
        migrations.AddField(
            model_name="ifyllnadevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="ifyllnadevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="budget.ifyllnad",
            ),
        ),
        migrations.AddField(
            model_name="ifyllnadevent",
            name="uppladdad_av",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ifyllnadevent",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="budget.budgetversion",
            ),
        ),
        migrations.AddField(
            model_name="internbudgetforutsattning",
            name="enhet",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="organisation.enhet"),
        ),
        migrations.AddField(
            model_name="internbudgetforutsattning",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="forutsattningar",
                to="budget.budgetversion",
            ),
        ),
        migrations.AddField(
            model_name="internbudgetforutsattningevent",
            name="enhet",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="organisation.enhet",
            ),
        ),
        migrations.AddField(
            model_name="internbudgetforutsattningevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="internbudgetforutsattningevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="budget.internbudgetforutsattning",
            ),
        ),
        migrations.AddField(
            model_name="internbudgetforutsattningevent",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="budget.budgetversion",
            ),
        ),
        migrations.AddField(
            model_name="investeringsbeslut",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="investeringsbeslut",
                to="budget.budgetversion",
            ),
        ),
        migrations.AddField(
            model_name="investeringsbeslutevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="investeringsbeslutevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="budget.investeringsbeslut",
            ),
        ),
        migrations.AddField(
            model_name="investeringsbeslutevent",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="budget.budgetversion",
            ),
        ),
        migrations.AddField(
            model_name="investeringsobjekt",
            name="enhet",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="objekt", to="organisation.enhet"
            ),
        ),
        migrations.AddField(
            model_name="investeringsbeslutevent",
            name="objekt",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="budget.investeringsobjekt",
            ),
        ),
        migrations.AddField(
            model_name="investeringsbeslut",
            name="objekt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="beslut",
                to="budget.investeringsobjekt",
            ),
        ),
        migrations.AddField(
            model_name="investeringsobjektevent",
            name="enhet",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="organisation.enhet",
            ),
        ),
        migrations.AddField(
            model_name="investeringsobjektevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="investeringsobjektevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="budget.investeringsobjekt",
            ),
        ),
        migrations.AddField(
            model_name="kommentar",
            name="budgetdel",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="kommentarer",
                to="budget.budgetdel",
            ),
        ),
        migrations.AddField(
            model_name="kommentar",
            name="enhet",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisation.enhet",
            ),
        ),
        migrations.AddField(
            model_name="kommentar",
            name="forfattare",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="kommentar",
            name="lost_av",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="kommentar",
            name="post",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="budget.post",
            ),
        ),
        migrations.AddField(
            model_name="kommentar",
            name="svar_pa",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="svar",
                to="budget.kommentar",
            ),
        ),
        migrations.AddField(
            model_name="kommentar",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="kommentarer",
                to="budget.budgetversion",
            ),
        ),
        migrations.AddField(
            model_name="kommentarevent",
            name="budgetdel",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="budget.budgetdel",
            ),
        ),
        migrations.AddField(
            model_name="kommentarevent",
            name="enhet",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="organisation.enhet",
            ),
        ),
        migrations.AddField(
            model_name="kommentarevent",
            name="forfattare",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="kommentarevent",
            name="lost_av",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="kommentarevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="kommentarevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="budget.kommentar",
            ),
        ),
        migrations.AddField(
            model_name="kommentarevent",
            name="post",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="budget.post",
            ),
        ),
        migrations.AddField(
            model_name="kommentarevent",
            name="svar_pa",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="budget.kommentar",
            ),
        ),
        migrations.AddField(
            model_name="kommentarevent",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="budget.budgetversion",
            ),
        ),
        migrations.AddField(
            model_name="malavsteg",
            name="registrerad_av",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="malavsteg",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="avsteg", to="budget.budgetversion"
            ),
        ),
        migrations.AddField(
            model_name="malavstegevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="malavstegevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="budget.malavsteg",
            ),
        ),
        migrations.AddField(
            model_name="malavstegevent",
            name="registrerad_av",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="malavstegevent",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="budget.budgetversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="motpart",
            constraint=models.UniqueConstraint(fields=("kod", "giltig_fran"), name="motpart_en_gang"),
        ),
        migrations.AddConstraint(
            model_name="motpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("giltig_till__isnull", True),
                    ("giltig_till__gt", models.F("giltig_fran")),
                    _connector="OR",
                ),
                name="motpart_giltig_framat",
            ),
        ),
        migrations.AddConstraint(
            model_name="motpart",
            constraint=models.CheckConstraint(
                condition=models.Q(("slag__in", ("extern", "annan", "intern"))), name="motpart_slag_kant"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="motpart",
            trigger=pgtrigger.compiler.Trigger(
                name="byter_inte_slag",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF (NEW.kod, NEW.slag) <> (OLD.kod, OLD.slag) THEN\n                        RAISE EXCEPTION 'En motpart byter inte kod eller slag: avsluta den och lägg till en ny'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="14f8fc7725c4b1283a48332b4a1058893dc6a185",
                    operation="UPDATE",
                    pgid="pgtrigger_byter_inte_slag_cc4f1",
                    table="budget_motpart",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="motpart",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="budget.motpart"
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("motpart__isnull", True), ("typ", "blad"), _connector="OR"),
                name="post_bara_blad_har_motpart",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("namnare__isnull", True), ("regel", ""), ("taljare__isnull", True)),
                    models.Q(
                        ("matt", "procent"),
                        ("namnare__isnull", True),
                        ("regel", "tillvaxt"),
                        ("taljare__isnull", False),
                        ("typ", "regel"),
                    ),
                    models.Q(
                        ("matt", "procent"),
                        ("namnare__isnull", False),
                        ("regel", "kvot"),
                        ("taljare__isnull", False),
                        ("typ", "regel"),
                    ),
                    _connector="OR",
                ),
                name="post_regel_har_sina_delar",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("per", ""), ("matt", "kr"), _connector="OR"),
                name="post_per_galler_kronor",
            ),
        ),
        migrations.AddField(
            model_name="paminnelse",
            name="budgetdel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="paminnelser", to="budget.budgetdel"
            ),
        ),
        migrations.AddField(
            model_name="scenario",
            name="agare",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="scenario",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="scenarier",
                to="budget.budgetversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="beslutspunkt",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("version", "ordning"),
                name="beslutspunkt_en_per_plats",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutspunkt",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="d3cac594c6daef598dffea738e18448da552854a",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_vakt_insert_2a887",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_beslutspunkt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutspunkt",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="84334ee8f9d1157feb33245a052967c476c1c3c2",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_update_ab609",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_beslutspunkt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutspunkt",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_flytt",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="7dfdca37c843328ab40e88b126a573dd82d321be",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_flytt_d173a",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_beslutspunkt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutspunkt",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="af103f8d4421afd1dbadfb3e4d5673757c4297aa",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_vakt_delete_3a852",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_beslutspunkt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutspunkt",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_beslutspunktevent" ("id", "kalla", "mottagare", "numrerad", "ordning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rev", "rubrik", "senast", "text", "version_id") SELECT new_values."id", new_values."kalla", new_values."mottagare", new_values."numrerad", new_values."ordning", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."rev", new_values."rubrik", new_values."senast", new_values."text", new_values."version_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="459488f9296d937ccdca73fa19b09fc07963a31c",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d7ab7",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="budget_beslutspunkt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutspunkt",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_beslutspunktevent" ("id", "kalla", "mottagare", "numrerad", "ordning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rev", "rubrik", "senast", "text", "version_id") SELECT new_values."id", new_values."kalla", new_values."mottagare", new_values."numrerad", new_values."ordning", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."rev", new_values."rubrik", new_values."senast", new_values."text", new_values."version_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="f02e2be3701046d82dda54804c890753dfedae9d",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c9579",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="budget_beslutspunkt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutspunkt",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_beslutspunktevent" ("id", "kalla", "mottagare", "numrerad", "ordning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rev", "rubrik", "senast", "text", "version_id") SELECT old_values."id", old_values."kalla", old_values."mottagare", old_values."numrerad", old_values."ordning", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."rev", old_values."rubrik", old_values."senast", old_values."text", old_values."version_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="f42ca71863b05ec62db2c60a102f001bd2e7ffca",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d3801",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="budget_beslutspunkt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutspunktevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="23534123ae7b55288ada7300cb8370c25a910a26",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_dfd41",
                    table="budget_beslutspunktevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="beslutstal",
            constraint=models.UniqueConstraint(fields=("version", "namn"), name="beslutstal_ett_per_namn"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutstal",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="d20d44703ee884455cf1db6fc8bb339df974e2a2",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_vakt_insert_970f6",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_beslutstal",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutstal",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="07914c1329a0ae41962e96edaeb869cb7406b4c1",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_update_79312",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_beslutstal",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutstal",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_flytt",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="df1cd33cf12a0c76bb40768ee066669092e11d94",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_flytt_71b53",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_beslutstal",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutstal",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="b6fd15584a775a95eed51fc3de11b00fca5928be",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_vakt_delete_6a1f4",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_beslutstal",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutstal",
            trigger=pgtrigger.compiler.Trigger(
                name="samma_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF NOT EXISTS (SELECT 1 FROM budget_beslutspunkt p\n                                   WHERE p.id = NEW.punkt_id AND p.version_id = NEW.version_id) THEN\n                        RAISE EXCEPTION 'Talet % hör till en annan version än sin punkt', NEW.namn\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="2a3d69d1f0f184cc9a4e1d7d0b96bdd7514cbed6",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_samma_version_9588c",
                    table="budget_beslutstal",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutstal",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_beslutstalevent" ("id", "jamfors_med", "kalla", "matt", "namn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "punkt_id", "varde", "version_id") SELECT new_values."id", new_values."jamfors_med", new_values."kalla", new_values."matt", new_values."namn", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."precision", new_values."punkt_id", new_values."varde", new_values."version_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="3699039d0a990fb2202d49bb17d9e337c5fcbe82",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_23a54",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="budget_beslutstal",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutstal",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_beslutstalevent" ("id", "jamfors_med", "kalla", "matt", "namn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "punkt_id", "varde", "version_id") SELECT new_values."id", new_values."jamfors_med", new_values."kalla", new_values."matt", new_values."namn", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."precision", new_values."punkt_id", new_values."varde", new_values."version_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="377a3a4bcd6d882564ff59c5cee488940f4759de",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_3acc9",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="budget_beslutstal",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutstal",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_beslutstalevent" ("id", "jamfors_med", "kalla", "matt", "namn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "punkt_id", "varde", "version_id") SELECT old_values."id", old_values."jamfors_med", old_values."kalla", old_values."matt", old_values."namn", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."precision", old_values."punkt_id", old_values."varde", old_values."version_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="ccc04550697976c4f504437e7cdc584a9bc85229",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_97158",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="budget_beslutstal",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="beslutstalevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="97bf8443a05751973c6e81ad9412f20a99c83d98",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_e515c",
                    table="budget_beslutstalevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetdel",
            constraint=models.UniqueConstraint(fields=("version", "namnd"), name="budgetdel_en_per_namnd"),
        ),
        migrations.AddConstraint(
            model_name="budgetdel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ("oppen", "ater")), ("inlamnad_tid__isnull", False), _connector="OR"
                ),
                name="budgetdel_inlamnad_har_tid",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetdel",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="e1219ba19ff71af55225fa93e732d45baab17790",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_vakt_insert_8fd69",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_budgetdel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetdel",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="3e0ddbc39d9b00b1c94361146cbc010502430a8b",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_update_075a9",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_budgetdel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetdel",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_flytt",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="654b267f55088d5db1a2a7a916631fec4f32d8ec",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_flytt_74306",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_budgetdel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetdel",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="e4d0634bae2ad8dcef7af64e6b0802d67e2c4a03",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_vakt_delete_a3c4e",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_budgetdel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetdel",
            trigger=pgtrigger.compiler.Trigger(
                name="flode",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF TG_OP = 'INSERT' THEN\n        IF NEW.status <> 'oppen' THEN\n            RAISE EXCEPTION 'En budgetdel börjar som öppen' USING ERRCODE = 'check_violation';\n        END IF;\n        RETURN NEW;\n    END IF;\n    IF (NEW.version_id, NEW.namnd_id) <> (OLD.version_id, OLD.namnd_id) THEN\n        RAISE EXCEPTION 'En budgetdel byter inte version eller nämnd' USING ERRCODE = 'check_violation';\n    END IF;\n    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (('ater', 'inlamnad'), ('oppen', 'inlamnad'), ('inlamnad', 'oppen'), ('inlamnad', 'granskad'), ('granskad', 'ater'), ('inlamnad', 'ater'), ('klar', 'ater'), ('granskad', 'klar')) THEN\n        RAISE EXCEPTION 'Budgetdelen går inte från % till %', OLD.status, NEW.status\n            USING ERRCODE = 'check_violation';\n    END IF;\n    NEW.rev := OLD.rev + 1;\n    RETURN NEW;\n",
                    hash="3ff8c5d865c2489eaf7023a614746056ae4868e2",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_flode_4f783",
                    table="budget_budgetdel",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetdel",
            trigger=pgtrigger.compiler.Trigger(
                name="finns_kvar",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'En budgetdel tas inte bort' USING ERRCODE = 'check_violation';",
                    hash="985482d2a0f4dd5c2752e59372a4d8e6bf2cca40",
                    operation="DELETE",
                    pgid="pgtrigger_finns_kvar_69170",
                    table="budget_budgetdel",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetdel",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_budgetdelevent" ("id", "inlamnad_tid", "namnd_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rev", "sista_dag", "status", "version_id") SELECT new_values."id", new_values."inlamnad_tid", new_values."namnd_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."rev", new_values."sista_dag", new_values."status", new_values."version_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="bd8bfbe52b63963ef1f0f24955194c526d3a351b",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4d614",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="budget_budgetdel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetdel",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_budgetdelevent" ("id", "inlamnad_tid", "namnd_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rev", "sista_dag", "status", "version_id") SELECT new_values."id", new_values."inlamnad_tid", new_values."namnd_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."rev", new_values."sista_dag", new_values."status", new_values."version_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="217f213d6f3ccebfe56e4811413068de62ae03ae",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0d333",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="budget_budgetdel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetdel",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_budgetdelevent" ("id", "inlamnad_tid", "namnd_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rev", "sista_dag", "status", "version_id") SELECT old_values."id", old_values."inlamnad_tid", old_values."namnd_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."rev", old_values."sista_dag", old_values."status", old_values."version_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="1df9e0d2cadc7ace8c61f3a5a1711ea685a94bc4",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f43c4",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="budget_budgetdel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budgetdelevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="15c15df9f1cf07fd6368d9496b3699732b8e1df3",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_cf7a9",
                    table="budget_budgetdelevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="finansiering",
            constraint=models.UniqueConstraint(
                fields=("enhet", "verksamhet", "giltig_fran"), name="finansiering_en_per_verksamhet"
            ),
        ),
        migrations.AddConstraint(
            model_name="ifyllnad",
            constraint=models.UniqueConstraint(
                fields=("version", "uppladdad_av", "sha256"), name="ifyllnad_en_gang_per_innehall"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ifyllnad",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_ifyllnadevent" ("antal", "id", "mottagen_tid", "namn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "storlek", "uppladdad_av_id", "uppladdad_tid", "version_id") SELECT new_values."antal", new_values."id", new_values."mottagen_tid", new_values."namn", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."sha256", new_values."storlek", new_values."uppladdad_av_id", new_values."uppladdad_tid", new_values."version_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="fdde194bfb57cf7dd7a908f59ad7bd5071bdb839",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c2613",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="budget_ifyllnad",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ifyllnad",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_ifyllnadevent" ("antal", "id", "mottagen_tid", "namn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "storlek", "uppladdad_av_id", "uppladdad_tid", "version_id") SELECT new_values."antal", new_values."id", new_values."mottagen_tid", new_values."namn", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."sha256", new_values."storlek", new_values."uppladdad_av_id", new_values."uppladdad_tid", new_values."version_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="5b0461bb56bcbceac2e48076b60dc0374b2f6cce",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_5dc93",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="budget_ifyllnad",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ifyllnad",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_ifyllnadevent" ("antal", "id", "mottagen_tid", "namn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "storlek", "uppladdad_av_id", "uppladdad_tid", "version_id") SELECT old_values."antal", old_values."id", old_values."mottagen_tid", old_values."namn", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."sha256", old_values."storlek", old_values."uppladdad_av_id", old_values."uppladdad_tid", old_values."version_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="534575abde1cbca4fa6697a1c0ffc26ae2ae0531",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_c2e93",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="budget_ifyllnad",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ifyllnadevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="594191e1d45d8d484b5bc281544b7e797d405836",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_0e9c8",
                    table="budget_ifyllnadevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="internbudgetforutsattning",
            constraint=models.UniqueConstraint(
                fields=("version", "nyckel"), name="forutsattning_en_per_nyckel"
            ),
        ),
        migrations.AddConstraint(
            model_name="internbudgetforutsattning",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("belopp__isnull", False), ("precision__isnull", False), ("procent__isnull", True)
                    ),
                    models.Q(
                        ("belopp__isnull", True), ("precision__isnull", True), ("procent__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="forutsattning_belopp_eller_procent",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="internbudgetforutsattning",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="0888c063fe32cdb70245c3b0874181e4deed7710",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_vakt_insert_9875d",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_internbudgetforutsattning",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="internbudgetforutsattning",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="2011b25bfd6bba55950e1f681474c7f1931a4a0d",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_update_a570b",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_internbudgetforutsattning",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="internbudgetforutsattning",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_flytt",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="b2dd2457e4a2a761d06c75d4edb882fe7b30c7d5",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_flytt_4fb35",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_internbudgetforutsattning",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="internbudgetforutsattning",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="c0f3b0421393229ceb2a221e09786f1490983c6a",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_vakt_delete_061dd",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_internbudgetforutsattning",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="internbudgetforutsattning",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_internbudgetforutsattningevent" ("ar", "avser", "belopp", "beskrivning", "enhet_id", "grupp", "id", "kalla", "nyckel", "ordning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "procent", "ungefar", "version_id") SELECT new_values."ar", new_values."avser", new_values."belopp", new_values."beskrivning", new_values."enhet_id", new_values."grupp", new_values."id", new_values."kalla", new_values."nyckel", new_values."ordning", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."precision", new_values."procent", new_values."ungefar", new_values."version_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="bb93b11f6787854ca77297452f6ee539ff92e7ef",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b0a77",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="budget_internbudgetforutsattning",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="internbudgetforutsattning",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_internbudgetforutsattningevent" ("ar", "avser", "belopp", "beskrivning", "enhet_id", "grupp", "id", "kalla", "nyckel", "ordning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "procent", "ungefar", "version_id") SELECT new_values."ar", new_values."avser", new_values."belopp", new_values."beskrivning", new_values."enhet_id", new_values."grupp", new_values."id", new_values."kalla", new_values."nyckel", new_values."ordning", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."precision", new_values."procent", new_values."ungefar", new_values."version_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="ed75464cde1b1029f3989d21457099c80f878039",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b9f03",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="budget_internbudgetforutsattning",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="internbudgetforutsattning",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_internbudgetforutsattningevent" ("ar", "avser", "belopp", "beskrivning", "enhet_id", "grupp", "id", "kalla", "nyckel", "ordning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "procent", "ungefar", "version_id") SELECT old_values."ar", old_values."avser", old_values."belopp", old_values."beskrivning", old_values."enhet_id", old_values."grupp", old_values."id", old_values."kalla", old_values."nyckel", old_values."ordning", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."precision", old_values."procent", old_values."ungefar", old_values."version_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="d1265e8ae7f6f3730a7657947806ba1a0c1c7ee9",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_68769",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="budget_internbudgetforutsattning",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="internbudgetforutsattningevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="85f964890f9d5eaf032ce335b59b10accba7bbf6",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_2502b",
                    table="budget_internbudgetforutsattningevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="investeringsobjekt",
            constraint=models.CheckConstraint(
                condition=models.Q(("slag__in", ("bygg", "utrustning"))), name="investeringsobjekt_slag_kant"
            ),
        ),
        migrations.AddConstraint(
            model_name="investeringsobjekt",
            constraint=models.CheckConstraint(
                condition=models.Q(("grupp__in", ("kollektivtrafik", "sjukvard", "service"))),
                name="investeringsobjekt_grupp_kand",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="investeringsobjekt",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_investeringsobjektevent" ("enhet_id", "grupp", "id", "kalla", "ordning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rev", "slag", "strategiskt") SELECT new_values."enhet_id", new_values."grupp", new_values."id", new_values."kalla", new_values."ordning", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."rev", new_values."slag", new_values."strategiskt" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="2a477bfb72543d762d7356d4b513083f196a0066",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ec28d",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="budget_investeringsobjekt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="investeringsobjekt",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_investeringsobjektevent" ("enhet_id", "grupp", "id", "kalla", "ordning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rev", "slag", "strategiskt") SELECT new_values."enhet_id", new_values."grupp", new_values."id", new_values."kalla", new_values."ordning", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."rev", new_values."slag", new_values."strategiskt" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="dfdb72d17772cd7a4c6c338d818e0d9183e25bca",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f5600",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="budget_investeringsobjekt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="investeringsobjekt",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_investeringsobjektevent" ("enhet_id", "grupp", "id", "kalla", "ordning", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rev", "slag", "strategiskt") SELECT old_values."enhet_id", old_values."grupp", old_values."id", old_values."kalla", old_values."ordning", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."rev", old_values."slag", old_values."strategiskt" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="b505793b710b99549a959f0af01f9adedce02ef8",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_2f71b",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="budget_investeringsobjekt",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="investeringsbeslutevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="af261b8c2b07da1558f3a4154d94f9a476915536",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_c83b7",
                    table="budget_investeringsbeslutevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="investeringsbeslut",
            constraint=models.UniqueConstraint(
                fields=("version", "objekt", "text"), name="investeringsbeslut_en_gang"
            ),
        ),
        migrations.AddConstraint(
            model_name="investeringsbeslut",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("text", ""), _negated=True), ("avslutas_ar__isnull", False), _connector="OR"
                ),
                name="investeringsbeslut_sager_nagot",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="investeringsbeslut",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="2f9c2f73b67f3fcc92a5fc9662a110f0abe01ed2",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_vakt_insert_7fdbe",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_investeringsbeslut",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="investeringsbeslut",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="b013b13026fec9d88dba50b8f47721ac538a9235",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_update_9e0ae",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_investeringsbeslut",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="investeringsbeslut",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_flytt",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="61559d99ba754e33dcfd7157e3f34aa85ba37e14",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_flytt_2431d",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_investeringsbeslut",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="investeringsbeslut",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="90766fe48e11198e8f2860ec8eabcb2cb52b8ea2",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_vakt_delete_9c8b5",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_investeringsbeslut",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="investeringsbeslut",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_investeringsbeslutevent" ("avslutas_ar", "datum", "id", "kalla", "objekt_id", "organ", "paragraf", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "version_id") SELECT new_values."avslutas_ar", new_values."datum", new_values."id", new_values."kalla", new_values."objekt_id", new_values."organ", new_values."paragraf", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."text", new_values."version_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="ac8e44cb46eb1e3ce5f3e96cd0eb86aaa8569070",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_8f0f4",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="budget_investeringsbeslut",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="investeringsbeslut",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_investeringsbeslutevent" ("avslutas_ar", "datum", "id", "kalla", "objekt_id", "organ", "paragraf", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "version_id") SELECT new_values."avslutas_ar", new_values."datum", new_values."id", new_values."kalla", new_values."objekt_id", new_values."organ", new_values."paragraf", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."text", new_values."version_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="780c93cd266481b935cae417b5c7b779e29c790c",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_1fdb4",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="budget_investeringsbeslut",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="investeringsbeslut",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_investeringsbeslutevent" ("avslutas_ar", "datum", "id", "kalla", "objekt_id", "organ", "paragraf", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "version_id") SELECT old_values."avslutas_ar", old_values."datum", old_values."id", old_values."kalla", old_values."objekt_id", old_values."organ", old_values."paragraf", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."text", old_values."version_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="cbbcd5cc3d2f12e9498b515e3af9306acaa5ae98",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_75090",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="budget_investeringsbeslut",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="investeringsobjektevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="af7596109c3e2c8a82657b7e836a5301114d9950",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_123ee",
                    table="budget_investeringsobjektevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="kommentar",
            index=models.Index(fields=["version", "post", "ar", "enhet"], name="kommentar_cell"),
        ),
        migrations.AddConstraint(
            model_name="kommentar",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ar__isnull", True),
                        ("budgetdel__isnull", False),
                        ("enhet__isnull", True),
                        ("post__isnull", True),
                    ),
                    models.Q(
                        ("ar__isnull", False),
                        ("budgetdel__isnull", True),
                        ("enhet__isnull", False),
                        ("post__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="kommentar_pa_en_plats",
            ),
        ),
        migrations.AddConstraint(
            model_name="kommentar",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lost_av__isnull", True), ("lost_tid__isnull", True)),
                    models.Q(
                        ("lost_av__isnull", False), ("lost_tid__isnull", False), ("svar_pa__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="kommentar_lost_har_vem",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kommentar",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="d89b5630341c6d5d33f7082d7fbba41d03bfe3d9",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_vakt_insert_45308",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_kommentar",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kommentar",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="6e206a372fb0461c7934b78fa2d108a9a356ec1d",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_update_cb20e",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_kommentar",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kommentar",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_flytt",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="b91f55c6e89f43364140797c9da252dc95a9ed85",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_flytt_e13ef",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_kommentar",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kommentar",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="343d86c942dca4b9c900d2322be31916538d2423",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_vakt_delete_742c5",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_kommentar",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kommentar",
            trigger=pgtrigger.compiler.Trigger(
                name="orden_star_kvar",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF (NEW.text, NEW.forfattare_id, NEW.skapad, NEW.version_id)\n                            <> (OLD.text, OLD.forfattare_id, OLD.skapad, OLD.version_id)\n                        OR (NEW.budgetdel_id, NEW.enhet_id, NEW.post_id, NEW.ar, NEW.svar_pa_id)\n                            IS DISTINCT FROM (OLD.budgetdel_id, OLD.enhet_id, OLD.post_id, OLD.ar, OLD.svar_pa_id)\n                        OR (OLD.tillbakatagen IS NOT NULL\n                            AND NEW.tillbakatagen IS DISTINCT FROM OLD.tillbakatagen) THEN\n                        RAISE EXCEPTION 'En kommentar skrivs inte om; ta tillbaka den och skriv en ny'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="157018dea9fd750c5bcb7bc956100f96311fba60",
                    operation="UPDATE",
                    pgid="pgtrigger_orden_star_kvar_c1ff0",
                    table="budget_kommentar",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kommentar",
            trigger=pgtrigger.compiler.Trigger(
                name="finns_kvar",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'En kommentar tas inte bort' USING ERRCODE = 'check_violation';",
                    hash="e6f6092fdd4fdd7891066032b05b1c556af19b18",
                    operation="DELETE",
                    pgid="pgtrigger_finns_kvar_83837",
                    table="budget_kommentar",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kommentar",
            trigger=pgtrigger.compiler.Trigger(
                name="svar_pa_rot",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF NEW.svar_pa_id IS NOT NULL AND NOT EXISTS (\n                        SELECT 1 FROM budget_kommentar rot WHERE rot.id = NEW.svar_pa_id\n                            AND rot.svar_pa_id IS NULL AND rot.version_id = NEW.version_id\n                            AND (rot.budgetdel_id, rot.enhet_id, rot.post_id, rot.ar)\n                                IS NOT DISTINCT FROM (NEW.budgetdel_id, NEW.enhet_id, NEW.post_id, NEW.ar)) THEN\n                        RAISE EXCEPTION 'Ett svar hör till en kommentar på samma plats'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="9b4e1f4406236b9149239f35981f8022e91a9d7b",
                    operation="INSERT",
                    pgid="pgtrigger_svar_pa_rot_9e4cf",
                    table="budget_kommentar",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kommentar",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_kommentarevent" ("ar", "budgetdel_id", "enhet_id", "forfattare_id", "id", "lost_av_id", "lost_tid", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_id", "skapad", "svar_pa_id", "text", "tillbakatagen", "version_id") SELECT new_values."ar", new_values."budgetdel_id", new_values."enhet_id", new_values."forfattare_id", new_values."id", new_values."lost_av_id", new_values."lost_tid", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."post_id", new_values."skapad", new_values."svar_pa_id", new_values."text", new_values."tillbakatagen", new_values."version_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="ea2685a1ae18bc4c31ca1ab177e98ac968d9c00c",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_66691",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="budget_kommentar",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kommentar",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_kommentarevent" ("ar", "budgetdel_id", "enhet_id", "forfattare_id", "id", "lost_av_id", "lost_tid", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_id", "skapad", "svar_pa_id", "text", "tillbakatagen", "version_id") SELECT new_values."ar", new_values."budgetdel_id", new_values."enhet_id", new_values."forfattare_id", new_values."id", new_values."lost_av_id", new_values."lost_tid", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."post_id", new_values."skapad", new_values."svar_pa_id", new_values."text", new_values."tillbakatagen", new_values."version_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="830e156360ab8f4b0e4f36c2b025fcdd8bb935bb",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_81d45",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="budget_kommentar",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kommentar",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_kommentarevent" ("ar", "budgetdel_id", "enhet_id", "forfattare_id", "id", "lost_av_id", "lost_tid", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_id", "skapad", "svar_pa_id", "text", "tillbakatagen", "version_id") SELECT old_values."ar", old_values."budgetdel_id", old_values."enhet_id", old_values."forfattare_id", old_values."id", old_values."lost_av_id", old_values."lost_tid", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."post_id", old_values."skapad", old_values."svar_pa_id", old_values."text", old_values."tillbakatagen", old_values."version_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="2e44bad05a58ef27f69d359f13b0434668fd6757",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f9272",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="budget_kommentar",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kommentarevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="bb7fe1a88766629df1f7043117e0ff4f83d617d0",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_4065d",
                    table="budget_kommentarevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="malavsteg",
            constraint=models.CheckConstraint(
                condition=models.Q(("fran__lte", models.F("till"))), name="avsteg_fran_fore_till"
            ),
        ),
        migrations.AddConstraint(
            model_name="malavsteg",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("datum__isnull", False), models.Q(("paragraf", ""), _negated=True)),
                    models.Q(("kalla", ""), _negated=True),
                    _connector="OR",
                ),
                name="avsteg_har_protokoll_eller_kalla",
            ),
        ),
        migrations.AddConstraint(
            model_name="malavsteg",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("mal", "resultatmal")),
                expressions=[
                    (
                        models.Func(
                            models.F("version"), models.F("version"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("fran"), models.F("till"), models.Value("[]"), function="int4range"
                        ),
                        "&&",
                    ),
                ],
                name="avsteg_ett_per_ar_resultatmal",
            ),
        ),
        migrations.AddConstraint(
            model_name="malavsteg",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("mal", "skuldsattningsmal")),
                expressions=[
                    (
                        models.Func(
                            models.F("version"), models.F("version"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("fran"), models.F("till"), models.Value("[]"), function="int4range"
                        ),
                        "&&",
                    ),
                ],
                name="avsteg_ett_per_ar_skuldsattningsmal",
            ),
        ),
        migrations.AddConstraint(
            model_name="malavsteg",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("mal", "finansieringsmal")),
                expressions=[
                    (
                        models.Func(
                            models.F("version"), models.F("version"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("fran"), models.F("till"), models.Value("[]"), function="int4range"
                        ),
                        "&&",
                    ),
                ],
                name="avsteg_ett_per_ar_finansieringsmal",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="malavsteg",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="6b7758c923b24e401ebc7c849497d40e90b4df6d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_vakt_insert_f1401",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_malavsteg",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="malavsteg",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="b5ec35f9b76327263f8373941f572c2b2969f879",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_update_edeb2",
                    referencing="REFERENCING NEW TABLE AS rader ",
                    table="budget_malavsteg",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="malavsteg",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_flytt",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="c8bae765820797bda0a5f6e99a91c9572dcd79af",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_vakt_flytt_c1ae4",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_malavsteg",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="malavsteg",
            trigger=pgtrigger.compiler.Trigger(
                name="vakt_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE kod text;",
                    func="\n    PERFORM 1 FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;\n    SELECT v.kod INTO kod FROM budget_budgetversion v\n        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;\n    IF kod IS NOT NULL THEN\n        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';\n    END IF;\n RETURN NULL;",
                    hash="61161c6c5644e6ed4c2a9b717d588d686aeb961c",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_vakt_delete_68dc5",
                    referencing="REFERENCING OLD TABLE AS rader ",
                    table="budget_malavsteg",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="malavsteg",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_malavstegevent" ("datum", "fran", "id", "kalla", "mal", "motiv", "organ", "paragraf", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "registrerad", "registrerad_av_id", "till", "version_id") SELECT new_values."datum", new_values."fran", new_values."id", new_values."kalla", new_values."mal", new_values."motiv", new_values."organ", new_values."paragraf", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."registrerad", new_values."registrerad_av_id", new_values."till", new_values."version_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="b4d8fc76b0627b94b2bda39b6da9e36f10ecb8cc",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6d77d",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="budget_malavsteg",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="malavsteg",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_malavstegevent" ("datum", "fran", "id", "kalla", "mal", "motiv", "organ", "paragraf", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "registrerad", "registrerad_av_id", "till", "version_id") SELECT new_values."datum", new_values."fran", new_values."id", new_values."kalla", new_values."mal", new_values."motiv", new_values."organ", new_values."paragraf", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."registrerad", new_values."registrerad_av_id", new_values."till", new_values."version_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="0ca76e206e955e7241bb4998331f69bb5b28b21f",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_783a0",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="budget_malavsteg",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="malavsteg",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "budget_malavstegevent" ("datum", "fran", "id", "kalla", "mal", "motiv", "organ", "paragraf", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "registrerad", "registrerad_av_id", "till", "version_id") SELECT old_values."datum", old_values."fran", old_values."id", old_values."kalla", old_values."mal", old_values."motiv", old_values."organ", old_values."paragraf", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."registrerad", old_values."registrerad_av_id", old_values."till", old_values."version_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="2556b812f140de1e6b91c22bd13e0e52747c366f",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ffa66",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="budget_malavsteg",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="malavstegevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="51d18190d23943e5a1bf0c807a39a9eae94b60a9",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_bba5e",
                    table="budget_malavstegevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="paminnelse",
            constraint=models.UniqueConstraint(fields=("budgetdel", "dag"), name="paminnelse_en_per_dag"),
        ),
        migrations.AddConstraint(
            model_name="scenario",
            constraint=models.UniqueConstraint(
                fields=("version", "agare", "namn"), name="scenario_ett_per_namn"
            ),
        ),
        migrations.RunSQL(_BRYGGFAKTA, "DROP FUNCTION budget_bryggfakta"),
        migrations.RunSQL(_ENHETER, "DROP FUNCTION budget_delenheter"),
        migrations.RunSQL(
            "".join(
                f"CREATE TRIGGER toms_inte BEFORE TRUNCATE ON {t} EXECUTE FUNCTION budget_toms_inte();\n"
                for t in _TOMS_INTE
            ),
            "".join(f"DROP TRIGGER toms_inte ON {t};\n" for t in _TOMS_INTE),
        ),
    ]
