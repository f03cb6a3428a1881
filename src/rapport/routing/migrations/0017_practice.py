"""A made-up customer is for the rep who practises."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("routing", "0016_permits")]

    operations = [
        migrations.AlterField(
            model_name="preferred",
            name="why",
            field=models.CharField(
                choices=[
                    ("transfer", "Transfer"),
                    ("recontact", "Recontact"),
                    ("call_back", "Call Back"),
                    ("practice", "Practice"),
                ],
                max_length=10,
            ),
        ),
    ]
