from django.db import migrations, models
from django.db.models import F


def skickade(apps, schema_editor):
    """What is there already has been sent, as far as anybody knows."""
    apps.get_model("jobb", "Jobb").objects.update(skickad=F("skapad"))


class Migration(migrations.Migration):
    dependencies = [
        ("jobb", "0003_avbryts"),
    ]

    operations = [
        migrations.AddField(
            model_name="jobb",
            name="skickad",
            field=models.DateTimeField(blank=True, null=True, verbose_name="lagd i kön"),
        ),
        migrations.RunPython(skickade, migrations.RunPython.noop),
    ]
