"""What was chosen and what was offered, as the metrics read it: a choice, and an offer on a rep's page."""

from django.db import migrations

FORWARD = """
CREATE VIEW fact_choice WITH (security_invoker = true) AS
SELECT
    choice.id AS choice_id,
    choice.public_id,
    choice.programme_id,
    choice.contact_id,
    choice.attempt_id,
    choice.slot,
    NULLIF(choice.reason, '') AS reason,
    NULLIF(choice.detail, '') AS detail,
    NULLIF(choice.segment, '') AS segment,
    contact.channel,
    member.agent_id AS rep,
    choice.at,
    (choice.at AT TIME ZONE programme.timezone)::date AS local_date,
    EXTRACT(HOUR FROM choice.at AT TIME ZONE programme.timezone)::integer AS local_hour,
    EXTRACT(ISODOW FROM choice.at AT TIME ZONE programme.timezone)::integer AS local_weekday,
    choice.is_control,
    choice.policy,
    NULLIF(choice.drawn, '') AS drawn,
    (choice.chances ->> choice.drawn)::double precision AS chance,
    choice.value,
    choice.stuck,
    choice.settled_at
FROM offers_choice AS choice
JOIN accounts_programme AS programme ON programme.id = choice.programme_id
JOIN contacts_contact AS contact ON contact.id = choice.contact_id
LEFT JOIN accounts_member AS member ON member.id = contact.rep_id
WHERE NOT choice.replaced;

CREATE VIEW fact_presentation WITH (security_invoker = true) AS
SELECT
    presentation.id AS presentation_id,
    presentation.public_id,
    presentation.programme_id,
    presentation.choice_id,
    choice.contact_id,
    choice.attempt_id,
    choice.slot,
    NULLIF(choice.reason, '') AS reason,
    NULLIF(choice.detail, '') AS detail,
    NULLIF(choice.segment, '') AS segment,
    contact.channel,
    member.agent_id AS rep,
    offer.key AS offer,
    presentation.version,
    presentation.place,
    presentation.chance,
    choice.policy,
    presentation.shown_at,
    (presentation.shown_at AT TIME ZONE programme.timezone)::date AS local_date,
    EXTRACT(HOUR FROM presentation.shown_at AT TIME ZONE programme.timezone)::integer AS local_hour,
    EXTRACT(ISODOW FROM presentation.shown_at AT TIME ZONE programme.timezone)::integer AS local_weekday,
    presentation.offered_at,
    presentation.answered_at,
    presentation.state,
    NULLIF(presentation.why, '') AS why,
    presentation.cost,
    presentation.currency,
    NULLIF(presentation.leave, '') AS leave,
    fulfilment.state AS fulfilment,
    fulfilment.tries,
    fulfilment.settled_at AS fulfilled_at
FROM offers_presentation AS presentation
JOIN offers_choice AS choice ON choice.id = presentation.choice_id
JOIN offers_keptoffer AS offer ON offer.id = presentation.offer_id
JOIN accounts_programme AS programme ON programme.id = presentation.programme_id
JOIN contacts_contact AS contact ON contact.id = choice.contact_id
LEFT JOIN accounts_member AS member ON member.id = COALESCE(presentation.member_id, contact.rep_id)
LEFT JOIN offers_fulfilment AS fulfilment ON fulfilment.presentation_id = presentation.id;
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("offers", "0003_offers"), ("customers", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, "DROP VIEW fact_presentation; DROP VIEW fact_choice;")]
