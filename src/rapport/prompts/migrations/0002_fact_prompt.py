"""The facts of prompts: what was prompted on which contact, to whom, and what became of it."""

from django.db import migrations

FORWARD = """
CREATE VIEW fact_prompt WITH (security_invoker = true) AS
SELECT
    prompt.id AS prompt_id,
    prompt.contact_id,
    prompt.programme_id,
    member.agent_id AS rep,
    contact.channel,
    contact.direction,
    reason.key AS reason,
    prompt.kind,
    prompt.sureness,
    prompt.made_at,
    prompt.shown_at,
    prompt.used_at,
    prompt.dismissed_at,
    (prompt.made_at AT TIME ZONE programme.timezone)::date AS local_date,
    EXTRACT(HOUR FROM prompt.made_at AT TIME ZONE programme.timezone)::integer AS local_hour,
    EXTRACT(ISODOW FROM prompt.made_at AT TIME ZONE programme.timezone)::integer AS local_weekday
FROM prompts_prompt AS prompt
JOIN accounts_programme AS programme ON programme.id = prompt.programme_id
JOIN contacts_contact AS contact ON contact.id = prompt.contact_id
LEFT JOIN accounts_member AS member ON member.id = prompt.shown_to_id
LEFT JOIN contacts_reason AS reason ON reason.id = contact.reason_id;
"""
BACKWARD = "DROP VIEW fact_prompt;"


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("prompts", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
