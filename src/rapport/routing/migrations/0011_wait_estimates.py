"""What customers were told of their wait, and the facts of how it came out."""

import django.db.models.deletion
from django.db import migrations, models


FORWARD = """
CREATE VIEW fact_wait WITH (security_invoker = true) AS
SELECT
    estimate.contact_id,
    estimate.programme_id,
    estimate.made_at AS told_at,
    ROUND(estimate.told_seconds * 1000) / 1000 AS told_seconds,
    ROUND(estimate.low_seconds * 1000) / 1000 AS low_seconds,
    ROUND(estimate.high_seconds * 1000) / 1000 AS high_seconds,
    ROUND(date_part('epoch', contact.answered_at - estimate.made_at) * 1000) / 1000 AS waited_seconds
FROM routing_waitestimate AS estimate
JOIN contacts_contact AS contact ON contact.id = estimate.contact_id
"""
BACKWARD = "DROP VIEW fact_wait"


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [
        ("accounts", "0006_agreements_that_end"),
        ("contacts", "0006_answer_within"),
        ("routing", "0010_plan_trial"),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitEstimate",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("queue", models.CharField(max_length=50)),
                ("made_at", models.DateTimeField()),
                ("plain_seconds", models.FloatField()),
                ("told_seconds", models.FloatField(null=True)),
                ("low_seconds", models.FloatField(null=True)),
                ("high_seconds", models.FloatField(null=True)),
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contacts.contact"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.programme"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["programme", "queue", "made_at"], name="estimate_by_queue")],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
