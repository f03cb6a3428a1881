"""What customers said, as the metrics read it."""

from django.db import migrations

FORWARD = """
CREATE VIEW fact_survey AS
SELECT contact_id, programme_id, rating, resolved, answered_at
FROM feedback_survey
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("feedback", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, "DROP VIEW fact_survey")]
