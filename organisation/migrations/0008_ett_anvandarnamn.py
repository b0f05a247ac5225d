"""A user name belongs to one account, whatever letters are big or small.

Which of two such accounts should keep the name nobody but an administratör can say, and a name that is changed here
would take somebody's login away unseen. So where there are any, the migration stops before it has changed anything, the
old version goes on, and the message names the accounts: rename all but one in each group on the page of the user in
the old version (or close the account and rename it), and migrate again.
"""

from collections import defaultdict

from django.db import migrations, models
from django.db.models.functions import Lower


def krav_pa_ett_namn(apps, schema_editor):
    lika = defaultdict(list)
    alla = apps.get_model("organisation", "Anvandare").objects.using(schema_editor.connection.alias)
    # Small letters as the database makes them, since its index is what two of them would break.
    konton = alla.annotate(liten=Lower("username")).order_by("pk").values_list("pk", "username", "liten")
    for pk, namn, liten in konton:
        lika[liten].append(f"{namn} (/organisation/anvandare/{pk}/)")
    if dubbla := [", ".join(samma) for samma in lika.values() if len(samma) > 1]:
        raise ValueError(
            "Ingenting är ändrat: det finns konton vars användarnamn bara skiljer sig i stora och små bokstäver: "
            f"{'; '.join(dubbla)}. Byt användarnamn på alla utom ett i varje grupp, på användarens sida i den version "
            "som är i gång, och kör migrate igen."
        )


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0007_namn_och_vakter"),
    ]

    operations = [
        migrations.RunPython(krav_pa_ett_namn, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="anvandare",
            constraint=models.UniqueConstraint(
                Lower("username"),
                name="anvandare_ett_namn_oavsett_skiftlage",
                violation_error_message="Användarnamnet finns redan. Välj ett annat.",
            ),
        ),
    ]
