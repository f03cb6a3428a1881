"""Returns with their causes, as the metrics read them."""

from django.db import migrations

FORWARD = """
CREATE VIEW fact_return WITH (security_invoker = true) AS
SELECT first_id AS contact_id, programme_id, next_id AS next_contact_id, cause, sign,
    laid_by_id IS NOT NULL AS by_hand,
    mended_at
FROM repeats_return;
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("repeats", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, "DROP VIEW fact_return")]
