"""When it was last asked whether an award would still be won: changes of claims are looked at together since then."""

from django.db import migrations, models

import rapport.kit.clock


class Migration(migrations.Migration):
    dependencies = [("awards", "0001_initial")]

    operations = [
        migrations.AddField("Award", "looked_at", models.DateTimeField(default=rapport.kit.clock.now)),
    ]
