"""A day's stretches are found by their end: by their start alone, all the history before it was read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("routing", "0017_practice")]

    operations = [
        migrations.AddIndex(
            model_name="statespan",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)),
                fields=["programme", "ended_at"],
                name="stretch_by_end",
            ),
        ),
    ]
