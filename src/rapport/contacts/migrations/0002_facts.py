"""The facts of contacts: what every figure is counted from, with local dates and keys in place of ids."""

from django.db import migrations

FORWARD = """
CREATE VIEW fact_contact AS
SELECT
    contact.id AS contact_id,
    contact.programme_id,
    contact.channel,
    contact.direction,
    reason.key AS reason,
    segment.key AS segment,
    NULLIF(contact.queue, '') AS queue,
    rep.agent_id AS rep,
    contact.customer_id,
    contact.arrived_at,
    (contact.arrived_at AT TIME ZONE programme.timezone)::date AS local_date,
    EXTRACT(HOUR FROM contact.arrived_at AT TIME ZONE programme.timezone)::integer AS local_hour,
    EXTRACT(ISODOW FROM contact.arrived_at AT TIME ZONE programme.timezone)::integer AS local_weekday,
    contact.queued_at,
    contact.answered_at,
    contact.ended_at,
    contact.closed_at,
    CASE
        WHEN contact.state = 'abandoned' THEN 'abandoned'
        WHEN contact.state = 'left' THEN 'left_before_queue'
        WHEN contact.answered_at IS NOT NULL THEN 'answered'
    END AS outcome,
    ROUND(date_part('epoch', contact.answered_at - contact.queued_at) * 1000) / 1000 AS wait_seconds,
    disposition.key AS disposition,
    contact.resolved,
    contact.transfers::integer AS transfers,
    contact.public_id::text AS public_id,
    customer.key AS customer
FROM contacts_contact AS contact
JOIN accounts_programme AS programme ON programme.id = contact.programme_id
LEFT JOIN contacts_reason AS reason ON reason.id = contact.reason_id
LEFT JOIN customers_customer AS customer ON customer.id = contact.customer_id
LEFT JOIN customers_segment AS segment ON segment.id = contact.segment_id
LEFT JOIN accounts_member AS rep ON rep.id = contact.rep_id
LEFT JOIN contacts_disposition AS disposition ON disposition.id = contact.disposition_id;

CREATE VIEW fact_leg AS
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
    ROUND(date_part('epoch', leg.wrapped_at - leg.ended_at) * 1000) / 1000 AS wrap_up_seconds
FROM contacts_leg AS leg
JOIN fact_contact AS fact ON fact.contact_id = leg.contact_id
LEFT JOIN accounts_member AS rep ON rep.id = leg.rep_id;
"""
BACKWARD = "DROP VIEW fact_leg; DROP VIEW fact_contact;"


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0001_initial"),
        ("accounts", "0001_initial"),
        ("customers", "0001_initial"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
