"""Of how many each sign stood out is counted once a fortnight, and kept as it may be told."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_practice"), ("staff", "0002_shared_signs")]

    operations = [
        migrations.CreateModel(
            name="StrainTold",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("starts_on", models.DateField()),
                ("fewest", models.PositiveSmallIntegerField()),
                ("told", models.JSONField(default=list)),
                (
                    "programme",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.programme"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("fewest__gte", 5), ("fewest__lte", 50)), name="strain_told_protects"
                    )
                ],
            },
        ),
    ]
