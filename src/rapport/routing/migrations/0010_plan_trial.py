import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


def _foreign(to: str, *, null: bool = False) -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(null=null, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_agreements_that_end"),
        ("routing", "0009_outcome_scores"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanTrial",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("number", models.PositiveIntegerField()),
                ("share", models.FloatField()),
                ("key", models.CharField(max_length=64)),
                ("metric", models.CharField(max_length=50)),
                ("least", models.FloatField()),
                ("units_needed", models.PositiveIntegerField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[("published", "Published"), ("kept", "Kept"), ("time_up", "Time Up")],
                        max_length=10,
                    ),
                ),
                ("begun_by", _foreign("accounts.member", null=True)),
                ("candidate", _foreign("routing.planversion")),
                ("control", _foreign("routing.planversion")),
                ("ended_by", _foreign("accounts.member", null=True)),
                ("programme", _foreign("accounts.programme")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "number"), name="plan_trial_number_unique"),
                    models.UniqueConstraint(
                        condition=Q(ended_at__isnull=True),
                        fields=("programme",),
                        name="one_plan_tried_at_a_time",
                    ),
                    models.CheckConstraint(condition=Q(share__gt=0, share__lt=1), name="plan_tried_on_a_share"),
                    models.CheckConstraint(
                        condition=Q(ends_at__gt=F("starts_at")), name="plan_trial_ends_after_start"
                    ),
                    models.CheckConstraint(
                        condition=Q(ended_at__isnull=True, result="") | Q(ended_at__isnull=False) & ~Q(result=""),
                        name="ended_plan_trial_has_a_result",
                    ),
                ],
            },
        ),
    ]
