"""That a cancellation is being sent stands on its row, so that one cut off is known to be."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("offers", "0005_control")]

    operations = [
        migrations.AddField("Cancellation", "is_uncertain", models.BooleanField(default=False)),
        migrations.AddField("Cancellation", "status", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("Cancellation", "under_way", models.BooleanField(default=False)),
    ]
