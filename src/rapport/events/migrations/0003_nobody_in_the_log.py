"""Takes people out of the log as it was written until now, once, before it is sealed.

What files said before and after moves to the changes of the file, the customer's public id takes the place of the
partner's key, and the words why touch points were left open stay with the contact, where they are already.
"""

from django.db import migrations

FORWARD = """
INSERT INTO customers_filechange (programme_id, customer_id, at, actor, before, after)
SELECT event.programme_id, customer.id, event.at, event.actor, event.data -> 'before', event.data -> 'after'
FROM events_event AS event
JOIN customers_customer AS customer
    ON customer.public_id = event.subject AND customer.programme_id = event.programme_id
WHERE event.name = 'customer.changed' AND event.data ? 'after'
    AND EXISTS (SELECT FROM jsonb_each_text(event.data -> 'before') AS one WHERE one.value <> '')
ORDER BY event.id;

ALTER TABLE events_event DISABLE TRIGGER events_append_only;

UPDATE events_event AS event SET data = jsonb_build_object('fields', (
    SELECT coalesce(jsonb_agg(DISTINCT CASE WHEN field LIKE 'holding %' THEN 'holding' ELSE field END), '[]')
    FROM jsonb_object_keys(event.data -> 'after') AS field
))
WHERE event.name = 'customer.changed' AND event.data ? 'after';

UPDATE events_event AS event SET data = jsonb_set(event.data, '{customer}', (
    SELECT coalesce(to_jsonb(max(customer.public_id::text)), 'null')
    FROM customers_customer AS customer
    WHERE customer.programme_id = event.programme_id AND customer.key = event.data ->> 'customer'
))
WHERE event.name IN ('contact.arrived', 'contact.identified') AND event.data ->> 'customer' IS NOT NULL;

UPDATE events_event SET data = data - 'because' WHERE name = 'guide.closed' AND data ? 'because';

ALTER TABLE events_event ENABLE TRIGGER events_append_only;
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [
        ("events", "0002_append_only"),
        ("customers", "0002_file_changes"),
    ]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
