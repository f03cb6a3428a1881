"""What the worker is doing."""

from django.db import connection

from rapport.jobs.actions import STALLED_SECONDS


def is_worker_alive() -> bool:
    """Tell whether any worker has given a sign of life lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - make_interval(secs => %s))",
            [STALLED_SECONDS],
        )
        return bool(cursor.fetchone()[0])


def unfinished() -> dict[str, int]:
    """Return how many jobs wait, run or have failed for good, by state."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
        found = dict(cursor.fetchall())
    return {state: found.get(state, 0) for state in ("todo", "doing", "failed")}
