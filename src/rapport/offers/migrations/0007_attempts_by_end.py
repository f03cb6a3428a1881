"""Wishes to leave are counted by when they ended, and how."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("offers", "0006_cancellation_under_way")]

    operations = [
        migrations.AddIndex(
            model_name="saveattempt",
            index=models.Index(fields=["programme", "ended_at", "outcome"], name="save_attempt_by_end"),
        ),
    ]
