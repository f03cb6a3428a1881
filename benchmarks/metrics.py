"""Counting a month of 100,000 contacts: every metric in the cuts of a report, on PostgreSQL and on DuckDB.

Beside it the least that such a report could cost: reading every contact once to count it. The month is made in a
transaction that is rolled back, so nothing of it stays.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")

from rapport.config import home
from rapport.runtime import session

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

CONTACTS, REPS, CUSTOMERS, ROUNDS = 100_000, 98, 30_000, 3
CUTS = [(), ("day",), ("rep",), ("reason",), ("weekday", "hour")]
MONTH = """
INSERT INTO customers_customer
    (programme_id, public_id, key, name, language, likes, attributes, version, updated_at, standing)
SELECT %(programme)s, gen_random_uuid(), 'k' || g, '', '', '', '{}', 1, now(), 'active'
FROM generate_series(1, %(customers)s) AS g;

INSERT INTO contacts_contact (
    programme_id, public_id, channel, direction, address, state, customer_id, reason_id, queue, rep_id, arrived_at,
    queued_at, placed_at, answered_at, ended_at, closed_at, transfers, resolved, summary, value_given)
SELECT %(programme)s, gen_random_uuid(), 'chat', 'in', '',
    CASE WHEN g %% 12 = 0 THEN 'abandoned' ELSE 'closed' END,
    (SELECT min(id) FROM customers_customer WHERE programme_id = %(programme)s) + g * 7919 %% %(customers)s,
    %(reason)s, 'main', CASE WHEN g %% 12 > 0 THEN (%(reps)s::bigint[])[1 + g * 31 %% %(rep_count)s] END, t, t, t,
    CASE WHEN g %% 12 > 0 THEN t + g %% 60 * interval '1 s' END, t + interval '300.5 s', t + interval '350 s',
    (g %% 20 = 0)::int, g %% 3 > 0, '', ''
FROM (
    SELECT g, now() - interval '30 days' + g * interval '25.9 s' AS t FROM generate_series(1, %(contacts)s) AS g
) AS x;

INSERT INTO contacts_leg (programme_id, contact_id, rep_id, started_at, ended_at, wrapped_at, ended_by)
SELECT programme_id, id, rep_id, answered_at, ended_at, closed_at, ''
FROM contacts_contact WHERE programme_id = %(programme)s AND answered_at IS NOT NULL;

INSERT INTO routing_statespan (programme_id, member_id, doing, started_at, ended_at)
SELECT programme_id, rep_id, doing, since, until FROM contacts_contact, LATERAL (VALUES
    ('on_contact', answered_at, ended_at), ('wrap_up', ended_at, closed_at),
    ('available', closed_at, closed_at + interval '90 s')) AS span (doing, since, until)
WHERE programme_id = %(programme)s AND answered_at IS NOT NULL;
"""


def make_month(programme: "Programme") -> None:
    """Put a month behind a programme."""
    from django.db import connection

    from rapport.accounts.actions import ensure_member
    from rapport.contacts.actions import ensure_reason
    from rapport.kit.copying import analyze

    reps = [ensure_member(programme=programme, agent_id=f"r{number}").pk for number in range(REPS)]
    reason = ensure_reason(programme=programme, key="fee")
    values = {"programme": programme.pk, "customers": CUSTOMERS, "contacts": CONTACTS, "reason": reason.pk}
    with connection.cursor() as cursor:
        for statement in MONTH.split(";\n"):
            if statement.strip():
                cursor.execute(statement, values | {"reps": reps, "rep_count": REPS})
    analyze("contacts_contact", "contacts_leg", "routing_statespan", "customers_customer")


def best_of(work: Callable[[], object]) -> float:
    """Return the shortest seconds of a few rounds."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def measure(folder: Path) -> None:
    """Make the month, count it, and print seconds and ratios."""
    from django.db import connection, transaction

    from rapport.accounts.actions import ensure_programme
    from rapport.insight import export, queries
    from rapport.kit.walls import inside

    def read_once() -> None:
        sql = "SELECT count(*), sum(wait_seconds) FROM fact_contact WHERE programme_id = %s"
        with connection.cursor() as cursor:
            cursor.execute(sql, [programme.pk])

    with transaction.atomic():
        programme, _ = ensure_programme(key=f"bench-{uuid4().hex[:8]}", timezone="Europe/London")
        with inside(programme.pk):
            make_month(programme)
            least = best_of(read_once)
            ours = best_of(lambda: queries.cuts(programme, None, None, None, CUTS))
            export.write_parquet(programme, folder)
            values = queries.values_for(programme, None, None)
        with export.counting_over(folder) as run:
            theirs = best_of(lambda: queries.count_all(run, "duckdb", None, CUTS, values))
        transaction.set_rollback(True)
    print(f"{CONTACTS:,} contacts, every metric, {len(CUTS)} cuts at once")
    print(f"{'PostgreSQL':<34}{ours:>8.3f} s")
    print(f"{'DuckDB over Parquet':<34}{theirs:>8.3f} s{ours / theirs:>8.1f} times as fast")
    print(f"{'reading every contact once':<34}{least:>8.3f} s{ours / least:>8.1f} such readings is what it costs")


def main() -> None:
    """Measure and print."""
    with session.database(home.home(), "bench"), tempfile.TemporaryDirectory() as folder:
        import django

        django.setup()
        from rapport.runtime import migrating

        migrating.ensure()
        measure(Path(folder))


if __name__ == "__main__":
    main()
