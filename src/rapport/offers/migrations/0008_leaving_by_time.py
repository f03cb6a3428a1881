"""Wishes to leave are read by their time alone: the next one of the same customer is looked up, not counted along."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE VIEW fact_leaving WITH (security_invoker = true) AS
SELECT
    attempt.id AS attempt_id,
    attempt.public_id,
    attempt.programme_id,
    attempt.contact_id,
    attempt.customer_id,
    segment.key AS segment,
    attempt.origin,
    attempt.channel,
    NULLIF(attempt.product, '') AS product,
    COALESCE(parent.key, reason.key) AS reason,
    CASE WHEN parent.id IS NOT NULL THEN reason.key END AS detail,
    attempt.jurisdiction,
    attempt.opened_at,
    (attempt.opened_at AT TIME ZONE programme.timezone)::date AS local_date,
    EXTRACT(HOUR FROM attempt.opened_at AT TIME ZONE programme.timezone)::integer AS local_hour,
    EXTRACT(ISODOW FROM attempt.opened_at AT TIME ZONE programme.timezone)::integer AS local_weekday,
    attempt.ended_at,
    NULLIF(attempt.outcome, '') AS outcome,
    member.agent_id AS rep,
    attempt.requests,
    attempt.offers_made,
    NULLIF(attempt.offer, '') AS offer,
    NULLIF(attempt.guide, '') AS guide,
    attempt.guide_version,
    (
        SELECT later.opened_at FROM offers_saveattempt AS later
        WHERE later.customer_id = attempt.customer_id AND later.product = attempt.product
            AND (later.opened_at, later.id) > (attempt.opened_at, attempt.id)
        ORDER BY later.opened_at, later.id LIMIT 1
    ) AS renewed_at,
    (
        SELECT MIN(later.at) FROM offers_cancellation AS later
        WHERE later.customer_id = attempt.customer_id AND later.product = attempt.product
            AND later.at >= attempt.opened_at
    ) AS cancelled_at,
    attempt.is_control
FROM offers_saveattempt AS attempt
JOIN accounts_programme AS programme ON programme.id = attempt.programme_id
JOIN customers_customer AS customer ON customer.id = attempt.customer_id
LEFT JOIN customers_segment AS segment ON segment.id = customer.segment_id
LEFT JOIN accounts_member AS member ON member.id = attempt.rep_id
LEFT JOIN offers_leavingreason AS reason ON reason.id = attempt.reason_id
LEFT JOIN offers_leavingreason AS parent ON parent.id = reason.parent_id
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("offers", "0007_attempts_by_end")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
