from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rapport", "0003_organise_teams")]
    operations = [
        migrations.AddField(
            model_name="outgoing", name="attempted_at", field=models.DateTimeField(blank=True, null=True)
        )
    ]
