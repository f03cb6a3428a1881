"""Facts name a customer by its public id, as events do: the partner's key goes when the customer is erased."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE VIEW fact_contact WITH (security_invoker = true) AS
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
    customer.public_id::text::varchar(100) AS customer
FROM contacts_contact AS contact
JOIN accounts_programme AS programme ON programme.id = contact.programme_id
LEFT JOIN contacts_reason AS reason ON reason.id = contact.reason_id
LEFT JOIN customers_customer AS customer ON customer.id = contact.customer_id
LEFT JOIN customers_segment AS segment ON segment.id = contact.segment_id
LEFT JOIN accounts_member AS rep ON rep.id = contact.rep_id
LEFT JOIN contacts_disposition AS disposition ON disposition.id = contact.disposition_id
"""
BACKWARD = FORWARD.replace("customer.public_id::text::varchar(100)", "customer.key")


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("contacts", "0002_facts")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
