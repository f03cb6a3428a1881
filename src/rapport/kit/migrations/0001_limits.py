"""Counts of what was taken lately: no history, no personal data, nobody's programme; lost with a crash, and may be."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            "CREATE UNLOGGED TABLE kit_limit ("
            " key bytea PRIMARY KEY, taken bigint NOT NULL, until timestamptz NOT NULL)",
            "DROP TABLE kit_limit",
        ),
    ]
