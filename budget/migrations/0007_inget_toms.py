"""History and decided figures are not emptied, and who did it and why is not rewritten afterwards."""

from django.db import migrations

TABELLER = (
    "budget_belopp",
    "budget_beloppevent",
    "budget_kontrollsumma",
    "budget_utredning",
    "budget_balanskravsbeslut",
    "budget_balanskravsbeslutevent",
    "budget_budgetversionevent",
    "organisation_rolltilldelningevent",
    "pghistory_context",
)
SKAPA = """
CREATE FUNCTION budget_toms_inte() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Tabellen % töms inte', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END
$$;
CREATE FUNCTION budget_sammanhang_ligger_fast() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The row is written first and added to until the transaction that made it ends.
    IF TG_OP = 'UPDATE' AND OLD.created_at = now() THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Vem som gjorde en ändring och varför ligger fast' USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER ligger_fast BEFORE UPDATE OR DELETE ON pghistory_context
    FOR EACH ROW EXECUTE FUNCTION budget_sammanhang_ligger_fast();
""" + "".join(
    f"CREATE TRIGGER toms_inte BEFORE TRUNCATE ON {tabell} EXECUTE FUNCTION budget_toms_inte();\n"
    for tabell in TABELLER
)
TA_BORT = (
    "DROP TRIGGER ligger_fast ON pghistory_context;\n"
    + "".join(f"DROP TRIGGER toms_inte ON {tabell};\n" for tabell in TABELLER)
    + "DROP FUNCTION budget_toms_inte(); DROP FUNCTION budget_sammanhang_ligger_fast();"
)


class Migration(migrations.Migration):
    dependencies = [
        ("budget", "0006_vakter"),
        ("organisation", "0004_vakter"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [migrations.RunSQL(SKAPA, TA_BORT)]
