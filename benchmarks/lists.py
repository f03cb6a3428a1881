"""Counting a list of customers while it is typed, beside plain SQL of the same meaning, on 100,000 customers.

Makes them in a transaction that is undone. Needs a migrated database: DATABASE_URL.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable

CUSTOMERS = 100_000
ROUNDS = 7

PLAIN = """
SELECT count(*) FILTER (WHERE NOT kept_off) FROM (
    SELECT c.standing <> 'active'
        OR c.id IN (
            SELECT customer_id FROM customers_contactbar WHERE until IS NULL AND channel IN ('any', 'phone')
        )
        OR c.id IN (
            SELECT customer_id FROM contacts_contact WHERE state IN ('arrived', 'waiting', 'active', 'wrap_up')
        )
        OR c.id IN (SELECT customer_id FROM offers_saveattempt WHERE state = 'open')
        OR c.id IN (
            SELECT customer_id FROM contacts_contact WHERE arrived_at >= now() - interval '7 days'
        ) AS kept_off
    FROM customers_customer AS c
    WHERE c.standing <> 'erased' AND c.attributes ->> 'tier' = 'gold'
        AND (c.attributes ->> 'spent')::numeric >= 500
        AND c.id IN (
            SELECT customer_id FROM contacts_contact WHERE arrived_at >= now() - interval '90 days'
            GROUP BY customer_id HAVING count(*) >= 1
        )
) AS fit
"""
MAKE = """
INSERT INTO customers_customer
    (programme_id, public_id, key, name, language, likes, attributes, version, updated_at, standing)
SELECT %(programme)s, gen_random_uuid(), 'bench-' || i, '', '', '',
    jsonb_build_object('tier', (ARRAY['gold', 'silver', 'blue'])[1 + i %% 3],
        'spent', i %% 1000, 'age', 18 + i %% 70),
    1, now(), 'active'
FROM generate_series(1, %(customers)s) AS i
"""
TALK = """
INSERT INTO contacts_contact
    (programme_id, public_id, channel, direction, address, state, customer_id, queue, arrived_at, closed_at,
     transfers, summary, value_given)
SELECT %(programme)s, gen_random_uuid(), 'voice', 'in', '', 'closed', id, '',
    now() - (id %% 200) * interval '1 day' - interval '1 hour', now(), 0, '', ''
FROM customers_customer WHERE key LIKE 'bench-%%' AND id %% 2 = 0
"""


def median(work: Callable[[], object]) -> float:
    """Return the median time of some rounds, in milliseconds."""
    work()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    import django

    django.setup()
    from django.db import connection, transaction

    from rapport.accounts.actions import ensure_programme
    from rapport.kit import clock
    from rapport.kit.walls import inside
    from rapport.outreach.lists.checking import read
    from rapport.outreach.lists.choosing import count
    from rapport.outreach.lists.fields import Moment

    criteria = read(
        {
            "conditions": [
                {"field": "attribute.tier", "is": ["gold"]},
                {"field": "attribute.spent", "at_least": 500},
                {"field": "contacts_90", "at_least": 1},
            ]
        }
    )
    with transaction.atomic():
        programme, _ = ensure_programme(key="bench-lists", name="Bench")
        with inside(programme.pk), connection.cursor() as cursor:
            told = {"programme": programme.pk, "customers": asked.customers}
            cursor.execute(MAKE, told)
            cursor.execute(TALK, told)
            cursor.execute("ANALYZE customers_customer")
            cursor.execute("ANALYZE contacts_contact")

            def plain() -> int:
                cursor.execute(PLAIN)
                return int(cursor.fetchone()[0])

            def ours() -> int:
                return count(Moment(programme, clock.now()), criteria).members

            assert plain() == ours(), "the two do not count the same"
            bare, counted = median(plain), median(ours)
            everybody = median(lambda: count(Moment(programme, clock.now()), read({})))
        transaction.set_rollback(True)
    print(f"{asked.customers:,} customers, three conditions and five causes to be kept off")
    print(f"plain SQL           {bare:8.1f} ms")
    print(f"as a list counts    {counted:8.1f} ms   {counted / bare:.2f} x")
    print(f"with no condition   {everybody:8.1f} ms")


if __name__ == "__main__":
    main()
