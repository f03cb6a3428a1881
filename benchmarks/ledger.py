"""A ledger of ten million claims: a month's statement, one rep's figures and the curve, beside plain SQL.

Needs an empty, migrated database of its own, as the owner too: DATABASE_URL, DATABASE_OWNER_URL. The claims stay
in it; a second run with as many takes them as they are. The plain SQL reads the same rows as the owner, without
walls.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import psycopg

CLAIMS = 10_000_000
MONTHS = 36
REPS = 2_000
ROUNDS = 5
FIRST = date(2023, 11, 1)

ACCOUNTS = """
INSERT INTO ledger_account (programme_id, customer_id, holding)
SELECT %(programme)s, 1000000 + i, 'bench' FROM generate_series(0, 99999) AS i ORDER BY i RETURNING id
"""
MEMBERS = """
INSERT INTO accounts_member
    (programme_id, user_id, agent_id, role, since, is_active, agreements, allowed_hours, allowed_networks,
     screening)
SELECT %(programme)s, 1000000 + i, 'bench-' || i, 'rep', now(), true, '{}', '[]', '[]', ''
FROM generate_series(0, %(reps)s - 1) AS i ORDER BY i RETURNING id
"""
MAKE = """
WITH claim AS (
INSERT INTO ledger_claim
    (programme_id, public_id, attempt, account_id, rep_id, team, product, reason, detail, offer, offer_version,
     rebuttals, guide, guide_version, segment, seller, selling_team, channel, is_control, cost, currency, made_at,
     made_on, matures_at, state, state_at, why, days, turns, voided_for)
SELECT %(programme)s, lpad(to_hex(i), 32, '0')::uuid, lpad(to_hex(i), 32, '0')::uuid, %(account)s + i %% 100000,
    %(rep)s + i %% %(reps)s,
    'team ' || i %% 40, 'product ' || i %% 5, 'reason-' || i %% 12, 'detail-' || i %% 50,
    CASE WHEN i %% 3 = 0 THEN '' ELSE 'offer-' || i %% 8 END, 1, ARRAY['words/' || i %% 30], 'leaving', 1 + i %% 9,
    'segment-' || i %% 4, 'seller ' || i %% 500, 'sellers ' || i %% 20,
    CASE WHEN i %% 4 = 0 THEN 'chat' ELSE 'voice' END,
    i %% 50 = 0, CASE WHEN i %% 3 = 0 THEN 0 ELSE 1000 END, CASE WHEN i %% 3 = 0 THEN '' ELSE 'EUR' END, made.at,
    made.at::date, made.at::date + 61, told.state, made.at + told.days * interval '1 day',
    CASE told.state WHEN 'matured' THEN 'active' WHEN 'reversed' THEN 'cancelled' ELSE 'claimed' END,
    told.days, CASE told.state WHEN 'provisional' THEN 1 ELSE 2 END, ''
FROM generate_series(%(begin)s::bigint, %(end)s) AS i
CROSS JOIN LATERAL (
    SELECT %(first)s::timestamptz + (i::float8 / %(claims)s * %(days)s) * interval '1 day' AS at
) AS made
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN i %% 10 < 4 AND made.at::date + ((i * 7) %% 60)::int < %(today)s::date THEN 'reversed'
        WHEN made.at::date + 61 <= %(today)s::date AND i %% 10 >= 4 THEN 'matured' ELSE 'provisional'
    END AS state, ((i * 7) %% 60)::int AS days
) AS drawn
CROSS JOIN LATERAL (
    SELECT drawn.state, CASE drawn.state WHEN 'matured' THEN 60 WHEN 'reversed' THEN drawn.days
        ELSE LEAST(59, GREATEST(0, %(today)s::date - made.at::date)) END AS days
) AS told
RETURNING id, programme_id, state, cost, made_at, state_at, turns
)
INSERT INTO ledger_posting (programme_id, claim_id, turn, account, count, cost, at)
SELECT claim.programme_id, claim.id, line.turn, line.account, line.sign, line.sign * claim.cost,
    CASE line.turn WHEN 1 THEN claim.made_at ELSE claim.state_at END
FROM claim CROSS JOIN LATERAL (
    VALUES (1, 'made', -1), (1, 'provisional', 1), (2, 'provisional', -1), (2, claim.state, 1)
) AS line (turn, account, sign)
WHERE line.turn <= claim.turns
"""
WISH = """
INSERT INTO offers_saveattempt
    (programme_id, public_id, customer_id, product, holding, origin, channel, rep_id, would_change, jurisdiction,
     opened_at, requests, offers_made, state, outcome, ended_at, because, offer, rebuttals, guide)
SELECT %(programme)s, lpad(to_hex(i + told.beside), 32, '0')::uuid, 1000000 + i %% 100000, 'product ' || i %% 5,
    'bench', 'rep', 'voice', %(rep)s + i %% %(reps)s, '', 'usual', at, 1, 0, 'ended', told.outcome, at, '', '',
    '[]', 'leaving'
FROM generate_series(%(begin)s::bigint, %(end)s) AS i
CROSS JOIN (VALUES ('stayed', 0), ('left', 1000000000)) AS told (outcome, beside)
CROSS JOIN LATERAL (
    SELECT %(first)s::timestamptz + (i::float8 / %(claims)s * %(days)s) * interval '1 day' AS at
) AS made
WHERE told.outcome = 'stayed' OR i %% 3 = 0
"""
KEEP = """
INSERT INTO ledger_daycount (programme_id, made_on, state, days, claims, cost)
SELECT programme_id, made_on, state, days, count(*), sum(cost) FROM ledger_claim WHERE programme_id = %(programme)s
GROUP BY programme_id, made_on, state, days
"""
ADD_UP = """
INSERT INTO ledger_bookcount (programme_id, is_day, at, account, is_first, currency, count, cost)
SELECT line.programme_id, grain.is_day, date_bin(grain.span, line.at, 'epoch'), line.account, line.turn = 1,
    claim.currency, sum(line.count), sum(line.cost)
FROM ledger_posting AS line JOIN ledger_claim AS claim ON claim.id = line.claim_id
CROSS JOIN (VALUES (FALSE, interval '15 minutes'), (TRUE, '1 day')) AS grain (is_day, span)
WHERE line.programme_id = %(programme)s GROUP BY 1, 2, 3, 4, 5, 6
"""
DUE = """
INSERT INTO ledger_duecount (programme_id, matures_at, split, key, state, why, claims)
SELECT claim.programme_id, claim.matures_at, told.split, told.key, claim.state, claim.why, count(*)
FROM ledger_claim AS claim {by_split}
WHERE claim.programme_id = %(programme)s GROUP BY 1, 2, 3, 4, 5, 6
"""
READY = "SELECT count(*) FROM ledger_claim WHERE programme_id = %(programme)s"
AT_ONCE = 250_000
WRITERS = 2


TABLES = ("ledger_claim", "ledger_posting", "offers_saveattempt")
INDEXES = """
SELECT format('ALTER TABLE %%I DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype = 'u' AND conrelid::regclass::text = ANY(%(tables)s)
UNION ALL
SELECT format('DROP INDEX %%I', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE NOT indisunique AND indrelid::regclass::text = ANY(%(tables)s)
"""


def clock() -> str:
    """Return the time of day."""
    return time.strftime("%H:%M:%S")


def without_indexes(owner: Any) -> list[str]:
    """Drop the indexes of what is filled but their primary keys; return what makes them again."""
    found = owner.execute(INDEXES, {"tables": list(TABLES)}).fetchall()
    for drop, _ in found:
        owner.execute(drop)
    return [make for _, make in found]


def made(told: dict[str, Any], begins: Iterable[int]) -> None:
    """Make the claims of some stretches and their entries; foreign keys are not looked at."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("SET synchronous_commit = off")
        for begin in begins:
            end = min(begin + AT_ONCE, told["claims"])
            for statement in (MAKE, WISH):
                owner.execute(statement, told | {"begin": begin, "end": end - 1})
            print(f"{clock()} made claims {begin:,} to {end:,}, their entries and wishes to leave", flush=True)


def fill(owner: Any, programme: int, claims: int) -> None:
    """Make the claims, their entries, what is kept beside them, and the wishes to leave they came from."""
    from rapport.ledger.books import BY_SPLIT

    days = MONTHS * 30
    told: dict[str, Any] = {"programme": programme, "claims": claims, "reps": REPS, "days": days, "first": FIRST}
    told["today"] = FIRST + timedelta(days=days)
    if owner.execute(READY, told).fetchone()[0] == claims:
        return
    owner.execute("SET session_replication_role = replica")
    owner.execute("SET maintenance_work_mem = '1GB'")
    owner.execute("SET work_mem = '256MB'")
    later = without_indexes(owner)
    told["rep"] = owner.execute(MEMBERS, told).fetchone()[0]
    told["account"] = owner.execute(ACCOUNTS, told).fetchone()[0]
    owner.commit()
    begins = range(0, claims, AT_ONCE)
    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(lambda writer: made(told, begins[writer::WRITERS]), range(WRITERS)))
    for statement in later:
        owner.execute(statement)
    owner.commit()
    print(f"{clock()} made the indexes", flush=True)
    owner.execute(KEEP, told)
    owner.execute(ADD_UP, told)
    owner.execute(DUE.format(by_split=BY_SPLIT), told)
    owner.commit()
    print(f"{clock()} added up", flush=True)
    owner.autocommit = True
    for table in (*TABLES, "ledger_daycount", "ledger_bookcount", "ledger_duecount", "ledger_account"):
        owner.execute(f"VACUUM ANALYZE {table}")
    owner.autocommit = False
    print(f"{clock()} ready", flush=True)


PLAIN_BOOKS = """
SELECT CASE WHEN account <> 'provisional' THEN account WHEN at < %(starts)s THEN 'opening'
    WHEN turn = 1 THEN 'made' ELSE 'moved' END AS line, sum(line.count), claim.currency, sum(line.cost)
FROM ledger_posting AS line JOIN ledger_claim AS claim ON claim.id = line.claim_id
WHERE line.programme_id = %(programme)s AND at < %(ends)s AND account <> 'made'
    AND (account = 'provisional' OR at >= %(starts)s)
GROUP BY 1, 3
"""
PLAIN_DUE = """
SELECT reason, offer, product, team, selling_team, segment, channel, state, why, count(*) FROM ledger_claim
WHERE programme_id = %(programme)s AND matures_at > %(starts)s AND matures_at <= %(ends)s AND state <> 'void'
GROUP BY GROUPING SETS ((), (reason), (offer), (product), (team), (selling_team), (segment), (channel)), state, why
"""
PLAIN_WISHES = """
SELECT outcome, count(*) FROM offers_saveattempt
WHERE programme_id = %(programme)s AND ended_at >= %(starts)s AND ended_at < %(ends)s GROUP BY outcome
"""
PLAIN_REP = """
SELECT state, days, count(*), sum(cost) FROM ledger_claim
WHERE programme_id = %(programme)s AND rep_id = %(rep)s AND made_on BETWEEN %(start)s AND %(end)s
GROUP BY state, days
"""
PLAIN_CURVE = """
SELECT days, state = 'reversed', count(*) FROM ledger_claim
WHERE programme_id = %(programme)s AND made_on BETWEEN %(start)s AND %(end)s AND state <> 'void' GROUP BY 1, 2
"""


def median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median time of some rounds after a first one, in milliseconds."""
    work()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def told_of(name: str, ours: float, plain: float) -> None:
    """Print one line: ours, plain SQL over the claims, and the ratio."""
    print(f"{name:34} {ours:9.1f} ms   plain SQL {plain:9.1f} ms   {ours / plain:6.3f} x", flush=True)


def measure(programme: Any, owner: Any) -> None:
    """Measure the statement of a month, one rep's figures, and the curve of half a year and of all."""
    from rapport.accounts.queries import member_ids
    from rapport.insight import curve, statement
    from rapport.insight.queries import bounds
    from rapport.kit.walls import inside
    from rapport.ledger import queries

    month = date(2026, 5, 1)
    last = FIRST + timedelta(days=MONTHS * 30)
    with inside(programme.pk):
        starts, ends = bounds(programme, month, statement.after(month) - timedelta(days=1))
        rep = member_ids(programme, named={"bench-7"})["bench-7"]
    spans = {"half a year": last - timedelta(days=182), f"all {MONTHS} months": FIRST}
    told = {"programme": programme.pk, "starts": starts, "ends": ends, "rep": rep, "end": last}

    def plain(sql: str, **more: object) -> float:
        return median(lambda: owner.execute(sql, told | more).fetchall(), 2)

    def ours(work: Callable[[], object]) -> float:
        with inside(programme.pk):
            return median(work)

    books = ours(lambda: queries.booked(programme, starts, ends))
    told_of("the books of a month", books, plain(PLAIN_BOOKS))
    whole = ours(lambda: statement.statement_of(programme, month))
    told_of("the statement of a month", whole, sum(map(plain, (PLAIN_BOOKS, PLAIN_DUE, PLAIN_WISHES))))
    for name, start in spans.items():

        def of_rep(start: date = start) -> None:
            queries.totals(programme, start, last, rep=rep)
            queries.survival(programme, start, last, rep=rep)

        told_of(f"one rep's figures, {name}", ours(of_rep), plain(PLAIN_REP, start=start))
        followed = ours(lambda start=start: curve.survival(programme, start, last))  # type: ignore[misc]  # bound
        told_of(f"the curve, {name}", followed, plain(PLAIN_CURVE, start=start))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=CLAIMS)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    import django

    django.setup()
    from rapport.accounts.actions import ensure_programme

    programme, _ = ensure_programme(key="bench-ledger", name="Bench", timezone="Europe/London")
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        fill(owner, programme.pk, asked.claims)
        print(f"{asked.claims:,} claims of {MONTHS} months, {REPS:,} reps")
        measure(programme, owner)


if __name__ == "__main__":
    main()
