"""Who of the staff had a hand in it is not among the facts that a partner counts from; no column is a keyword."""

from django.db import migrations

FORWARD = """
DROP VIEW fact_event;
CREATE VIEW fact_event WITH (security_invoker = true) AS
SELECT
    id AS event_id, programme_id, at AS happened_at, name, subject::text AS subject,
    (data - ARRAY['rep', 'keeper'])::text AS data
FROM events_event
WHERE name LIKE 'leaving.%' OR name LIKE 'ledger.%' OR name LIKE 'offer.%' OR name LIKE 'promise.%';
"""
BACKWARD = """
DROP VIEW fact_event;
CREATE VIEW fact_event WITH (security_invoker = true) AS
SELECT id AS event_id, programme_id, at, name, subject::text AS subject, data::text AS data
FROM events_event
WHERE name LIKE 'leaving.%' OR name LIKE 'ledger.%' OR name LIKE 'offer.%' OR name LIKE 'promise.%';
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("events", "0005_fact_event")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
