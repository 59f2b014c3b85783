"""Where the way to a goal begins is an estimate too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rapport", "0033_measure_refused_goes")]
    operations = [migrations.AddField("goal", "start_error", models.FloatField(blank=True, null=True))]
