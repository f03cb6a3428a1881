"""A call-back that was promised goes with its promise."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [
        ("customers", "0009_promise_kinds"),
        ("routing", "0014_offer_by_time"),
    ]

    operations = [
        migrations.AddField(
            model_name="callback",
            name="promise",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="customers.promise"
            ),
        ),
    ]
