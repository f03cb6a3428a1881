"""The facts of reps' time: each finished stretch of a state, cut at local hours so that it can be counted by them."""

from django.db import migrations

FORWARD = """
CREATE VIEW fact_state_span AS
WITH span AS NOT MATERIALIZED (
    SELECT
        stretch.id AS span_id,
        stretch.programme_id,
        member.agent_id AS rep,
        stretch.doing,
        stretch.started_at,
        stretch.ended_at,
        programme.timezone,
        date_trunc('hour', stretch.started_at, programme.timezone) AS first_hour
    FROM routing_statespan AS stretch
    JOIN accounts_programme AS programme ON programme.id = stretch.programme_id
    JOIN accounts_member AS member ON member.id = stretch.member_id
    WHERE stretch.ended_at IS NOT NULL
),
piece AS NOT MATERIALIZED (
    SELECT
        span_id, programme_id, rep, doing, started_at, ended_at, timezone,
        started_at AS span_started_at, ended_at AS span_ended_at
    FROM span
    WHERE ended_at <= first_hour + INTERVAL '1 hour'
    UNION ALL
    SELECT
        span_id, programme_id, rep, doing,
        GREATEST(started_at, hour), LEAST(ended_at, hour + INTERVAL '1 hour'), timezone,
        started_at, ended_at
    FROM span, generate_series(first_hour, ended_at, INTERVAL '1 hour') AS hour
    WHERE ended_at > first_hour + INTERVAL '1 hour' AND hour < ended_at
)
SELECT
    span_id,
    programme_id,
    rep,
    doing,
    span_started_at,
    span_ended_at,
    started_at,
    ended_at,
    (started_at AT TIME ZONE timezone)::date AS local_date,
    EXTRACT(HOUR FROM started_at AT TIME ZONE timezone)::integer AS local_hour,
    EXTRACT(ISODOW FROM started_at AT TIME ZONE timezone)::integer AS local_weekday,
    ROUND(date_part('epoch', ended_at - started_at) * 1000) / 1000 AS seconds
FROM piece;
"""
BACKWARD = "DROP VIEW fact_state_span;"


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0001_initial"),
        ("accounts", "0001_initial"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
