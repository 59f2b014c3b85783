from django.db import migrations, models

STATES = ["heard", "understood", "related", "routed", "kept", "taken_back", "removed", "erased"]
TO_DO = models.Q(
    *(("state", state) for state in ("heard", "understood", "related", "taken_back", "removed")), _connector="OR"
)


class Migration(migrations.Migration):
    dependencies = [("rapport", "0004_respond_attempted_at")]
    operations = [
        migrations.RemoveIndex(model_name="message", name="message_work"),
        migrations.RemoveIndex(model_name="message", name="message_removed"),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(choices=[(state, state) for state in STATES], default="heard", max_length=20),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=TO_DO, fields=["state", "imported", "id"], name="message_work"),
        ),
    ]
