"""The fact that the touch-point metric reads: one row for each contact that began a guide."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("guides", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE VIEW fact_coverage AS SELECT contact_id, required, covered FROM guides_progress",
            "DROP VIEW fact_coverage",
        ),
    ]
