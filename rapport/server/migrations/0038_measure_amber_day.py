"""Amber looks at days whose labels are not there yet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rapport", "0037_organise_works_for")]
    operations = [migrations.AddField("watching", "amber_day", models.DateField(blank=True, null=True))]
