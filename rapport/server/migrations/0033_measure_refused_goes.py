"""Its place was taken by `refusal`."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rapport", "0032_measure_rows_said_when_shown")]
    operations = [migrations.RemoveField("watching", "refused")]
