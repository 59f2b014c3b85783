"""The hub and the six functions: whatever is heard before anybody has set Rapport up belongs to somebody too."""

from datetime import timedelta

from django.db import migrations

TEAMS = [
    ("hub", "Hub", 4),
    ("service", "Service", 2),
    ("product", "Product", 24),
    ("sales", "Sales", 4),
    ("logistics", "Logistics", 2),
    ("people", "People", 24),
    ("marketing", "Marketing", 24),
]


def create(apps, schema_editor):
    team = apps.get_model("rapport", "Team")
    for slug, name, hours in TEAMS:
        team.objects.create(slug=slug, name=name, function=slug, answer_within=timedelta(hours=hours))


class Migration(migrations.Migration):
    dependencies = [("rapport", "0002_listen_words")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
