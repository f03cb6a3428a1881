import django.db.models.deletion
from django.db import migrations, models


def _foreign(to: str, *, null: bool = False) -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(null=null, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_emergency"),
        ("routing", "0002_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("note", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField()),
                ("starts_at", models.DateTimeField(null=True)),
                ("published_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField(null=True)),
                ("made_by", _foreign("accounts.member", null=True)),
                ("programme", _foreign("accounts.programme")),
                ("published_by", _foreign("accounts.member", null=True)),
            ],
        ),
        migrations.AddConstraint(
            model_name="planversion",
            constraint=models.UniqueConstraint(fields=("programme", "number"), name="plan_number_unique"),
        ),
        migrations.AddConstraint(
            model_name="planversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("published_at__isnull", False), ("replaced_at__isnull", True)),
                fields=("programme",),
                name="one_plan_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="planversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaced_at__isnull", True), ("published_at__isnull", False), _connector="OR"
                ),
                name="replaced_was_published",
            ),
        ),
        migrations.AddField(model_name="proficiency", name="valid_from", field=models.DateField(null=True)),
        migrations.AddField(model_name="proficiency", name="valid_until", field=models.DateField(null=True)),
        migrations.AddConstraint(
            model_name="proficiency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from__isnull", True),
                    ("valid_until__isnull", True),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="skill_ends_after_it_begins",
            ),
        ),
    ]
