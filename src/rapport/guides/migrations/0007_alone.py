"""Customers who go through a guide alone, and the facts of how that ended."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

FORWARD = """
CREATE VIEW fact_self_service WITH (security_invoker = true) AS
SELECT
    alone.contact_id,
    alone.programme_id,
    guide.key AS guide,
    version.number AS version,
    contact.channel,
    contact.reason,
    contact.arrived_at,
    contact.local_date,
    contact.local_hour,
    contact.local_weekday,
    alone.ended_at,
    NULLIF(alone.outcome, '') AS outcome,
    NULLIF(alone.step, '') AS step
FROM guides_alone AS alone
JOIN fact_contact AS contact ON contact.contact_id = alone.contact_id
JOIN guides_guideversion AS version ON version.id = alone.version_id
JOIN guides_guide AS guide ON guide.id = version.guide_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_agreements_that_end"),
        ("contacts", "0009_served"),
        ("guides", "0006_left_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alone",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("moved_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("served", "Served"), ("person", "Person"), ("left", "Left")],
                        max_length=10,
                    ),
                ),
                ("step", models.CharField(blank=True, max_length=50)),
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
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guides.guideversion"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=Q(outcome=""), fields=["programme", "moved_at"], name="guide_alone_now")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(outcome="", ended_at__isnull=True)
                        | (~Q(outcome="") & Q(ended_at__isnull=False)),
                        name="alone_ends_with_an_outcome",
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARD, "DROP VIEW fact_self_service"),
    ]
