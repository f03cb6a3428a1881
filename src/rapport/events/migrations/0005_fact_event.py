"""The facts of keeping customers as the log tells them: what a partner counts its statements from."""

from django.db import migrations

FORWARD = r"""
CREATE VIEW fact_event WITH (security_invoker = true) AS
SELECT id AS event_id, programme_id, at, name, subject::text AS subject, data::text AS data
FROM events_event
WHERE name LIKE 'leaving.%' OR name LIKE 'ledger.%' OR name LIKE 'offer.%' OR name LIKE 'promise.%'
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("events", "0004_queued_jobs_and_counting")]

    operations = [migrations.RunSQL(FORWARD, "DROP VIEW fact_event")]
