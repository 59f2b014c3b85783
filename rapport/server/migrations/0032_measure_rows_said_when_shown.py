"""What was kept in English words: readers are taken from them, reasons stay as they are until the next Monday."""

from django.db import migrations

BEGAN = "From here on another reader of tone: "


def take_over(apps, schema_editor):
    for row in apps.get_model("rapport", "Watching").objects.exclude(refused=""):
        row.refusal = {"words": row.refused}
        row.save(update_fields=["refusal"])
    for row in apps.get_model("rapport", "Annotation").objects.filter(by=None, line=None, text__startswith=BEGAN):
        row.reader, row.text = row.text.removeprefix(BEGAN), ""
        row.save(update_fields=["reader", "text"])


class Migration(migrations.Migration):
    dependencies = [("rapport", "0031_measure_said_when_shown")]
    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
