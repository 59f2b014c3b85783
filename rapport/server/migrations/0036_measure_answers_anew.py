"""Of the conversations of a day it was not kept when they began. All days are counted anew within minutes."""

from django.db import migrations


def let_go(apps, schema_editor):
    apps.get_model("rapport", "DayAnswer").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("rapport", "0035_organise_hours")]

    operations = [migrations.RunPython(let_go, migrations.RunPython.noop)]
