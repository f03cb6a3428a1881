"""The facts of offers also say whether the rep was drawn by chance, where there were several to choose among."""

from django.db import migrations

VIEW = """
CREATE OR REPLACE VIEW fact_offer WITH (security_invoker = true) AS
SELECT
    offer.id AS offer_id,
    offer.contact_id,
    offer.programme_id,
    member.agent_id AS rep,
    contact.channel,
    contact.direction,
    reason.key AS reason,
    NULLIF(contact.queue, '') AS queue,
    offer.offered_at,
    offer.ended_at,
    (offer.offered_at AT TIME ZONE programme.timezone)::date AS local_date,
    EXTRACT(HOUR FROM offer.offered_at AT TIME ZONE programme.timezone)::integer AS local_hour,
    EXTRACT(ISODOW FROM offer.offered_at AT TIME ZONE programme.timezone)::integer AS local_weekday,
    NULLIF(offer.result, '') AS result,
    NULLIF(offer.declined_because, '') AS declined_because{drawn}
FROM routing_offer AS offer
JOIN accounts_programme AS programme ON programme.id = offer.programme_id
JOIN accounts_member AS member ON member.id = offer.member_id
JOIN contacts_contact AS contact ON contact.id = offer.contact_id
LEFT JOIN contacts_reason AS reason ON reason.id = contact.reason_id;
"""
DRAWN = """,
    CASE
        WHEN offer.trace @> '{"passed_over": [{"code": "not_drawn"}]}' THEN true
        WHEN offer.trace @> '{"passed_over": [{"code": "behind"}]}' THEN false
    END AS drawn"""
FORWARD = VIEW.replace("{drawn}", DRAWN)
BACKWARD = "DROP VIEW fact_offer;" + VIEW.replace("{drawn}", "")


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("routing", "0012_granted_skills")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
