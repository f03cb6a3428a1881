"""Duties that supervisors began and ended themselves, with the time of each that they coached."""

from django.db import migrations

FORWARD = """
CREATE VIEW fact_duty WITH (security_invoker = true) AS
SELECT
    duty.id AS duty_id,
    duty.programme_id,
    coach.agent_id AS coach,
    duty.started_at,
    duty.ended_at,
    (duty.started_at AT TIME ZONE programme.timezone)::date AS local_date,
    EXTRACT(HOUR FROM duty.started_at AT TIME ZONE programme.timezone)::integer AS local_hour,
    EXTRACT(ISODOW FROM duty.started_at AT TIME ZONE programme.timezone)::integer AS local_weekday,
    date_part('epoch', duty.ended_at - duty.started_at)::double precision AS duty_seconds,
    coalesce(held.seconds, 0)::double precision AS coached_seconds
FROM coaching_duty AS duty
JOIN accounts_programme AS programme ON programme.id = duty.programme_id
JOIN accounts_member AS coach ON coach.id = duty.coach_id
LEFT JOIN LATERAL (
    SELECT sum(date_part('epoch', least(one.ended_at, duty.ended_at) - greatest(one.started_at, duty.started_at)))
        AS seconds
    FROM coaching_onetoone AS one
    WHERE one.coach_id = duty.coach_id AND one.state = 'done'
        AND one.started_at < duty.ended_at AND one.ended_at > duty.started_at
) AS held ON true
WHERE duty.ended_by = 'coach';
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("coaching", "0005_duty")]

    operations = [migrations.RunSQL(FORWARD, "DROP VIEW fact_duty;")]
