"""Listeners' jobs that wait learn whose they are; and the one right of an owner that others need is lent to them.

The planner's figures of a table are counted again by PostgreSQL some minutes after a large import. Only a table's
owner may ask for it sooner, so this function asks in the owner's name; it reads rows and shows none.
"""

from django.db import migrations

FORWARD = """
UPDATE procrastinate_jobs AS job
SET args = job.args || jsonb_build_object('programme_id', event.programme_id)
FROM events_event AS event
WHERE job.args ? 'event_id' AND NOT job.args ? 'programme_id' AND event.id = (job.args ->> 'event_id')::bigint;

CREATE FUNCTION rapport_analyze(tables text[]) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY tables LOOP
        EXECUTE format('ANALYZE public.%I', wanted);
    END LOOP;
END $$;
"""
BACKWARD = "DROP FUNCTION rapport_analyze(text[]);"


class Migration(migrations.Migration):
    dependencies = [("events", "0003_nobody_in_the_log"), ("procrastinate", "0041_post_retry_failed_job")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
