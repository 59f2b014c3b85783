from django.db import migrations

CREATE = {
    "sqlite": [
        "CREATE VIRTUAL TABLE rapport_message_words USING fts5(words, tokenize=\"ascii tokenchars '#@_'\")",
    ],
    "postgresql": [
        "CREATE TABLE rapport_message_words (rowid bigint PRIMARY KEY, words tsvector NOT NULL)",
        "CREATE INDEX rapport_message_words_gin ON rapport_message_words USING gin (words)",
    ],
}


def create(apps, schema_editor):
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE rapport_message_words")


class Migration(migrations.Migration):
    dependencies = [("rapport", "0001_begin")]
    operations = [migrations.RunPython(create, drop)]
