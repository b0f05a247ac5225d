"""What every stored target was read to mean, by the reader that read it until now, so that those that a stricter reader
reads otherwise can be named."""

import re

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

_TAL = r"[-\u2212]?(?:\d{1,3}(?: \d{3})+|\d+)(?:[.,]\d+)?"
_OP = r">=|=>|≥|>|<=|=<|≤|<|minst|lägst|högst|mer än|fler än|över|mindre än|färre än|under"
_TECKEN = {
    **dict.fromkeys((">", "mer än", "fler än", "över"), ">"),
    **dict.fromkeys(("≥", ">=", "=>", "minst", "lägst"), "≥"),
    **dict.fromkeys(("<", "mindre än", "färre än", "under"), "<"),
    **dict.fromkeys(("≤", "<=", "=<", "högst"), "≤"),
}
_ENHET = r"(?:%|procent\b|/[^%<>≥≤]+|[^\W\d][^%<>≥≤]*)?"
_FORBATTRING = re.compile(rf"förbättring (?:≥|>=|minst) ?({_TAL})$", re.I)
_FORANDRING = re.compile(
    rf"(?:(?P<hall>ökning|minskning) (?P<op>{_OP}) ?(?P<tal>{_TAL})|(?P<op2>{_OP}) ?(?P<tal2>{_TAL}))"
    rf" ?(?P<slag>procentenheter|procentenhet|p\.e\.|procent|%)?(?: (?P<hall2>ökning|minskning))?"
    r"(?P<per_ar> ?(?:/|per ) ?år)?$",
    re.I,
)
_INTERVALL = re.compile(rf"({_TAL}) ?(?:–|-|—|till) ?({_TAL}) ?{_ENHET}$", re.I)
_NIVA = re.compile(rf"({_OP})? ?({_TAL}) ?{_ENHET}$", re.I)


def _tolkning(text):
    """As `regler.skrift.utan_enhet` writes it. A target that was kept has been read, so what that reader refused is not
    looked for."""
    ren = " ".join(text.split())
    if ren in ("-", "–", "\u2212"):
        return "-"
    if ren.lower() in ("ökning", "minskning"):
        return ren.capitalize()
    if m := _FORBATTRING.match(ren):
        return f"förbättring ≥ {_tal(m[1])}"
    if m := _FORANDRING.match(ren):
        if hall := m["hall"] or m["hall2"]:
            slag = (m["slag"] or "").lower()
            enhet = " %" if slag in ("%", "procent") else " procentenheter" if slag else ""
            tal = _tal(m["tal"] or m["tal2"])
            tecken = _TECKEN[(m["op"] or m["op2"]).lower()]
            return f"{hall.lower()} {tecken} {tal}{enhet}{'/år' if m['per_ar'] else ''}"
    elif m := _INTERVALL.match(ren):
        return f"{_tal(m[1])}–{_tal(m[2])}"
    if m := _NIVA.match(ren):
        return f"{_TECKEN[m[1].lower()]} {_tal(m[2])}" if m[1] else _tal(m[2])
    return ""


def _tal(text):
    """As `regler.skrift.skriv_tal`: grouped by three, with comma."""
    minus = "\u2212" if text[0] in "-\u2212" else ""
    hel, _, decimaler = text.lstrip("-\u2212").replace(" ", "").replace(".", ",").partition(",")
    hel = f"{int(hel):,}".replace(",", " ")
    return f"{minus}{hel},{decimaler}" if decimaler else f"{minus}{hel}"


def fyll_i(apps, schema_editor):
    """Without events in the history: nobody has changed a target."""
    malnivaer = list(apps.get_model("indikatorer", "Malniva").objects.all())
    for m in malnivaer:
        m.tolkning = _tolkning(m.regel)
    apps.get_model("indikatorer", "Malniva").objects.bulk_update(malnivaer, ["tolkning"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("indikatorer", "0005_sma_grupper"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="malniva",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="malniva",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="malniva",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="malniva",
            name="tolkning",
            field=models.CharField(blank=True, editable=False, max_length=80, verbose_name="lästes som"),
        ),
        migrations.AddField(
            model_name="malnivaevent",
            name="tolkning",
            field=models.CharField(blank=True, editable=False, max_length=80, verbose_name="lästes som"),
        ),
        migrations.RunPython(fyll_i, migrations.RunPython.noop),
        pgtrigger.migrations.AddTrigger(
            model_name="malniva",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indikatorer_malnivaevent" ("ar", "id", "indikator_id", "kalla", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "regel", "rev", "segment_id", "tolkning") SELECT new_values."ar", new_values."id", new_values."indikator_id", new_values."kalla", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."regel", new_values."rev", new_values."segment_id", new_values."tolkning" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="3cceaa71a4c3c8d8a26dfb803db14b0b86a55fa1",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_3d547",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="indikatorer_malniva",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="malniva",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indikatorer_malnivaevent" ("ar", "id", "indikator_id", "kalla", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "regel", "rev", "segment_id", "tolkning") SELECT new_values."ar", new_values."id", new_values."indikator_id", new_values."kalla", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."regel", new_values."rev", new_values."segment_id", new_values."tolkning" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="3a8c8ffd5efb5d3024b5e6c25b56c5cfcc35e0dd",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a12d6",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="indikatorer_malniva",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="malniva",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "indikatorer_malnivaevent" ("ar", "id", "indikator_id", "kalla", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "regel", "rev", "segment_id", "tolkning") SELECT old_values."ar", old_values."id", old_values."indikator_id", old_values."kalla", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."regel", old_values."rev", old_values."segment_id", old_values."tolkning" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="1d22c0f4b6032adda58203967dd73e0fc83ba0e9",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_8c01d",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="indikatorer_malniva",
                    when="AFTER",
                ),
            ),
        ),
    ]
