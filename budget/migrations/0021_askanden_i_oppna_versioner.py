"""Which tables are fullmäktige's ram, and a table of äskanden in every open version, where there are figures already.

A new installation has none yet: its tables come from fixtures/.
"""

from django.db import migrations

RAM = ("regionbidrag", "resultatkrav")
RADER = (
    (
        "drift",
        "Drift",
        "Det regionbidrag som nämnden begär, i hela nivån. Ställs mot ramen i tabell 4A.",
    ),
    (
        "investering",
        "Investering",
        "Den utgift för investeringar som nämnden begär. Skrivs med plus.",
    ),
)


def fram(apps, schema_editor):
    modell = apps.get_model
    uppstallningar = modell("budget", "Uppstallning").objects
    uppstallningar.filter(kod__in=RAM).update(slag="ram")
    if not uppstallningar.filter(kod="regionbidrag").exists():
        return
    askanden, _ = uppstallningar.get_or_create(
        kod="askanden",
        defaults={
            "namn": "Äskanden",
            "ingress": "Det regionbidrag och de investeringar som nämnderna begär. Hela nivån, inte bara tillskottet.",
            "ordning": 30,
            "per_enhet": True,
            "decimaler": 1,
            "slag": "askande",
            "etikett": "Äskande",
        },
    )
    for ordning, (kod, namn, forklaring) in enumerate(RADER, start=1):
        modell("budget", "Post").objects.get_or_create(
            uppstallning=askanden,
            kod=kod,
            defaults={"namn": namn, "typ": "blad", "ordning": ordning, "forklaring": forklaring},
        )
    kolumner = modell("budget", "Versionskolumn").objects
    oppna = modell("budget", "Budgetversion").objects.filter(
        status="oppen", namnd=None, typ__in=("budget", "tillagg")
    )
    for version in oppna:
        kolumner.bulk_create(
            kolumner.model(
                version=version, uppstallning=askanden, kalla=version, ar=version.ar + i,
                rubrik="plan" if i else "budget", ordning=i + 1,
            )
            for i in range(version.planar + 1)
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("budget", "0020_ram_och_askanden")]

    operations = [migrations.RunPython(fram, migrations.RunPython.noop)]
