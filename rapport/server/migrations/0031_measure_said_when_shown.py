"""Why an alarm cannot start, and which reader begins, are kept as what they are and said when they are shown."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rapport", "0030_measure_voice_sums")]
    operations = [
        migrations.AddField("watching", "refusal", models.JSONField(null=True)),
        migrations.AddField("annotation", "reader", models.CharField(blank=True, max_length=200, default=""), preserve_default=False),
        migrations.AlterField("annotation", "text", models.CharField(blank=True, max_length=200)),
    ]
