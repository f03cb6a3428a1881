"""The facts of promises: who promised what kind of thing, where, when it was due, and what became of it."""

from django.db import migrations

FORWARD = """
CREATE VIEW fact_promise WITH (security_invoker = true) AS
SELECT
    promise.id AS promise_id,
    promise.public_id::text AS public_id,
    promise.programme_id,
    promise.customer_id,
    promise.contact_id,
    promise.by AS promiser,
    member.agent_id AS rep,
    sale.seller,
    sale.team AS selling_team,
    promise.kind,
    promise.product,
    CASE
        WHEN promise.sale_id IS NOT NULL THEN 'sale'
        WHEN promise.offer IS NOT NULL THEN 'offer'
        WHEN promise.contact_id IS NOT NULL THEN 'contact'
        ELSE 'file'
    END AS origin,
    CASE
        WHEN promise.keeper_id IS NOT NULL THEN 'member'
        WHEN promise.keeping_team_id IS NOT NULL THEN 'team'
        ELSE 'partner'
    END AS keeper,
    promise.made_at,
    promise.due_at,
    promise.state,
    promise.evidence,
    promise.settled_at,
    CASE WHEN promise.state = 'late'
        THEN ROUND(EXTRACT(EPOCH FROM promise.settled_at - promise.due_by)::numeric, 3)::double precision
    END AS late_seconds,
    promise.due_on AS local_date,
    EXTRACT(HOUR FROM promise.due_at AT TIME ZONE programme.timezone)::integer AS local_hour,
    EXTRACT(ISODOW FROM promise.due_on)::integer AS local_weekday
FROM (
    SELECT *, CASE WHEN has_time THEN due_by ELSE due_by - INTERVAL '1 second' END AS due_at FROM customers_promise
) AS promise
JOIN accounts_programme AS programme ON programme.id = promise.programme_id
LEFT JOIN accounts_member AS member ON member.id = promise.made_by_id
LEFT JOIN customers_sale AS sale ON sale.id = promise.sale_id;
"""
BACKWARD = "DROP VIEW fact_promise;"


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("customers", "0007_contact_bars")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
