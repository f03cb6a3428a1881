"""What promises are about becomes data of each programme; the kinds of those that stand stay as they are."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [
        ("accounts", "0006_agreements_that_end"),
        ("customers", "0008_fact_promise"),
    ]

    operations = [
        migrations.AlterField(
            model_name="promise",
            name="kind",
            field=models.CharField(default="other", max_length=20),
        ),
        migrations.CreateModel(
            name="PromiseKind",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("key", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=60)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("due_in", models.PositiveSmallIntegerField()),
                (
                    "due_unit",
                    models.CharField(choices=[("days", "Days"), ("hours", "Hours")], default="days", max_length=5),
                ),
                (
                    "kept_by",
                    models.CharField(
                        choices=[
                            ("rep", "the rep who promises"),
                            ("team", "the rep's team"),
                            ("partner", "the partner"),
                        ],
                        default="rep",
                        max_length=10,
                    ),
                ),
                ("moves_forward", models.BooleanField(default=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.programme"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "key"), name="promise_kind_key_unique"),
                    models.UniqueConstraint(
                        models.F("programme"),
                        django.db.models.functions.text.Lower("name"),
                        name="promise_kind_name_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_in__gte", 1), ("due_in__lte", 365)), name="promise_kind_due_in"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", "other"), _negated=True),
                            ("retired_at__isnull", True),
                            _connector="OR",
                        ),
                        name="promise_kind_other_stays",
                    ),
                ],
            },
        ),
    ]
