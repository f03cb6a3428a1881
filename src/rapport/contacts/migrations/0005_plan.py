"""The plan of routing that was drawn for a contact while one was tried; facts tell it, as their last column."""

from importlib import import_module

from django.db import migrations, models

BEFORE = "customer.public_id::text::varchar(100) AS customer"
CONTACT = import_module("rapport.contacts.migrations.0003_facts_without_keys").FORWARD.replace(
    BEFORE, f"{BEFORE},\n    contact.plan"
)
LEG = """
CREATE OR REPLACE VIEW fact_leg WITH (security_invoker = true) AS
SELECT
    leg.id AS leg_id,
    fact.contact_id,
    fact.programme_id,
    fact.channel,
    fact.direction,
    fact.reason,
    fact.segment,
    fact.queue,
    rep.agent_id AS rep,
    fact.customer_id,
    fact.arrived_at,
    fact.local_date,
    fact.local_hour,
    fact.local_weekday,
    fact.outcome,
    fact.closed_at,
    leg.started_at,
    ROUND(date_part('epoch', leg.ended_at - leg.started_at) * 1000) / 1000 AS talk_seconds,
    ROUND(date_part('epoch', leg.wrapped_at - leg.ended_at) * 1000) / 1000 AS wrap_up_seconds,
    fact.plan
FROM contacts_leg AS leg
JOIN fact_contact AS fact ON fact.contact_id = leg.contact_id
LEFT JOIN accounts_member AS rep ON rep.id = leg.rep_id
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("contacts", "0004_transfers")]

    operations = [
        migrations.AddField(model_name="contact", name="plan", field=models.PositiveIntegerField(null=True)),
        migrations.RunSQL(CONTACT),
        migrations.RunSQL(LEG),
    ]
