"""Keeping the books: entries, and claims judged anew, a set at a time. Inside the programme's turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from rapport.events.actions import News, announce_all
from rapport.kit import clock
from rapport.kit.clock import last_day
from rapport.kit.often import OneOf
from rapport.ledger.events import LedgerMoved
from rapport.ledger.judging import Claimed, Fact, Speaks, Status, Verdict, judge
from rapport.ledger.models import AccountFact, Claim, Terms

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

AT_ONCE = 20_000

KEPT = """
WITH line AS ({lines} RETURNING programme_id, claim_id, turn, account, count, cost, at)
INSERT INTO ledger_bookcount (programme_id, is_day, at, account, is_first, currency, count, cost)
SELECT line.programme_id, grain.is_day, date_bin(grain.span, line.at, 'epoch'), line.account, line.turn = 1,
    claim.currency, sum(line.count), sum(line.cost)
FROM line JOIN ledger_claim AS claim ON claim.id = line.claim_id
CROSS JOIN (VALUES (FALSE, interval '15 minutes'), (TRUE, '1 day')) AS grain (is_day, span)
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (programme_id, is_day, at, account, is_first, currency)
    DO UPDATE SET count = ledger_bookcount.count + excluded.count, cost = ledger_bookcount.cost + excluded.cost
"""
"""Adds lines to the books, and to what is kept of them by the quarter of an hour and by the day."""

OPEN = """
INSERT INTO ledger_posting (programme_id, claim_id, turn, account, count, cost, at)
SELECT claim.programme_id, claim.id, 1, line.account, line.sign, line.sign * claim.cost, %(now)s
FROM ledger_claim AS claim
CROSS JOIN (VALUES ('made', -1), ('provisional', 1)) AS line (account, sign)
WHERE claim.id = ANY(%(claims)s)
ORDER BY claim.id, line.sign
"""
COUNT = """
INSERT INTO ledger_daycount (programme_id, made_on, state, days, claims, cost)
SELECT programme_id, made_on, state, days, count(*), sum(cost) FROM ledger_claim WHERE id = ANY(%(claims)s)
GROUP BY programme_id, made_on, state, days
ORDER BY made_on, state, days
ON CONFLICT (programme_id, made_on, state, days)
    DO UPDATE SET claims = ledger_daycount.claims + excluded.claims, cost = ledger_daycount.cost + excluded.cost
"""
UNCOUNT = """
UPDATE ledger_daycount AS counted SET claims = counted.claims - gone.claims, cost = counted.cost - gone.cost
FROM (
    SELECT programme_id, made_on, state, days, count(*) AS claims, sum(cost) AS cost
    FROM ledger_claim WHERE id = ANY(%(claims)s) GROUP BY programme_id, made_on, state, days
) AS gone
WHERE counted.programme_id = gone.programme_id AND counted.made_on = gone.made_on
    AND counted.state = gone.state AND counted.days = gone.days
"""
DUE_BY = ("reason", "offer", "product", "team", "selling_team", "segment", "channel")
"""What claims that come due are counted by."""
BY_SPLIT = "CROSS JOIN LATERAL (VALUES ('', ''), {}) AS told (split, key)".format(
    ", ".join(f"('{name}', claim.{name})" for name in DUE_BY)
)
COUNT_DUE = f"""
INSERT INTO ledger_duecount (programme_id, matures_at, split, key, state, why, claims)
SELECT claim.programme_id, claim.matures_at, told.split, told.key, claim.state, claim.why, %(sign)s * count(*)
FROM ledger_claim AS claim {BY_SPLIT}
WHERE claim.id = ANY(%(claims)s)
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (programme_id, matures_at, split, key, state, why)
    DO UPDATE SET claims = ledger_duecount.claims + excluded.claims
"""  # noqa: S608 - our own columns
"""Adds claims to what is kept of those that come due, or takes them out."""
MOVE = """
UPDATE ledger_claim AS claim
SET state = told.state, state_at = told.state_at, why = told.why, evidence_at = told.evidence_at,
    days = told.days, turns = told.turns
FROM unnest(%(claims)s::bigint[], %(state)s::text[], %(state_at)s::timestamptz[], %(why)s::text[],
    %(evidence_at)s::timestamptz[], %(days)s::int[], %(turns)s::int[])
    AS told (id, state, state_at, why, evidence_at, days, turns)
WHERE claim.id = told.id
"""
POST = """
INSERT INTO ledger_posting (programme_id, claim_id, turn, account, count, cost, at)
SELECT claim.programme_id, claim.id, told.turn, line.account, line.sign, line.sign * claim.cost, %(now)s
FROM unnest(%(claims)s::bigint[], %(turns)s::int[], %(was)s::text[], %(state)s::text[])
    AS told (id, turn, was, state)
JOIN ledger_claim AS claim ON claim.id = told.id
CROSS JOIN LATERAL (VALUES (told.was, -1), (told.state, 1)) AS line (account, sign)
ORDER BY claim.id, line.sign
"""
WORDS = """
WITH told AS (
    SELECT DISTINCT ON (fact.account_id, fact.as_of)
        fact.account_id, fact.as_of, fact.sequence, fact.status, fact.since
    FROM ledger_accountfact AS fact
    WHERE fact.account_id = ANY(%(accounts)s)
    ORDER BY fact.account_id, fact.as_of, fact.sequence DESC,
        array_position(%(statuses)s::text[], fact.status::text) DESC, coalesce(fact.since, fact.as_of),
        fact.since NULLS FIRST
), beside AS (
    SELECT
        claim.id AS claim_id, claim.made_at, claim.matures_at, told.*,
        lag(told.as_of) OVER next_one AS as_of_before,
        lag(told.status) OVER next_one AS status_before,
        lag(told.since) OVER next_one AS since_before,
        lead(told.as_of) OVER next_one AS as_of_after
    FROM ledger_claim AS claim
    JOIN told ON told.account_id = claim.account_id
    WHERE claim.account_id = ANY(%(accounts)s)
    WINDOW next_one AS (PARTITION BY claim.id ORDER BY told.as_of)
)
SELECT claim_id, as_of, status, sequence, since
FROM beside
WHERE as_of_before IS NULL OR as_of_after IS NULL
    OR status <> status_before OR since IS DISTINCT FROM since_before
    OR (as_of > made_at AND as_of_before <= made_at) OR (as_of <= made_at AND as_of_after > made_at)
    OR (as_of >= matures_at AND as_of_before < matures_at)
ORDER BY claim_id, as_of
"""
"""The words that stand about each claim's account, without those that only repeat the one before."""


@dataclass(frozen=True, slots=True)
class Row:
    """A claim as it is judged."""

    id: int
    public_id: UUID
    account_id: int
    made_at: datetime
    matures_at: datetime
    state: str
    state_at: datetime
    why: str
    evidence_at: datetime | None
    days: int
    turns: int
    voided_for: str


FIELDS = tuple(Row.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Move:
    """What a claim becomes."""

    row: Row
    verdict: Verdict
    days: int

    @property
    def is_entry(self) -> bool:
        """Whether the books change: another state."""
        return self.verdict.state != self.row.state

    @property
    def is_news(self) -> bool:
        """Whether the log must tell of it: another state, or the same on other evidence."""
        told, row = self.verdict, self.row
        return (told.state, told.at, told.why, told.evidence_at) != (
            row.state,
            row.state_at,
            row.why,
            row.evidence_at,
        )

    @property
    def turn(self) -> int:
        """The number of the claim's last entry once this has happened."""
        return self.row.turns + self.is_entry


def terms_of(programme: Programme) -> Terms:
    """Return the programme's terms of maturity."""
    return Terms.objects.filter(programme=programme).first() or Terms(programme=programme)


def run(statement: str, **values: Any) -> int:
    """Run one statement; return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def open_entries(claims: Sequence[int]) -> None:
    """Enter new claims into the books."""
    run(KEPT.format(lines=OPEN), claims=claims, now=clock.now())
    run(COUNT, claims=claims)
    run(COUNT_DUE, claims=claims, sign=1)


def judge_accounts(programme: Programme, accounts: Iterable[int], *, actor: str) -> int:
    """Judge the claims of these accounts anew by all that is known of them; return how many moved."""
    wanted = sorted(set(accounts))
    moved = 0
    for start in range(0, len(wanted), AT_ONCE):
        moves = list(moves_of(programme, wanted[start : start + AT_ONCE]))
        moved += _write(programme, moves, actor)
    return moved


def moves_of(programme: Programme, accounts: Sequence[int]) -> Iterable[Move]:
    """Yield the claims of these accounts that are not what the facts say they are, with what they become."""
    rows = rows_of(accounts)
    if not rows:
        return
    terms, now = terms_of(programme), clock.now()
    speaks = Speaks(terms.speaks)
    heard = heard_until(programme) if speaks is Speaks.CHANGES else None
    words = _words(sorted({row.account_id for row in rows}))
    again = _saved_again(rows)
    for row in rows:
        claim = Claimed(row.made_at, row.matures_at, bool(row.voided_for), again.get(row.id))
        verdict = judge(claim, words.get(row.id, ()), now=now, speaks=speaks, heard_until=heard)
        move = Move(row, verdict, _days(programme, row, verdict))
        if move.is_news or move.days != row.days:
            yield move


def rows_of(accounts: Sequence[int]) -> list[Row]:
    """Return the claims of these accounts, by account and time."""
    found = Claim.objects.filter(OneOf("account_id", accounts)).order_by("account", "made_at", "id")
    return [Row(*row) for row in found.values_list(*FIELDS)]


def heard_until(programme: Programme) -> datetime | None:
    """Return the latest moment that the partner's feed spoke of."""
    last = AccountFact.objects.filter(programme=programme).order_by("-as_of").values_list("as_of", flat=True)
    return last.first()


def _words(accounts: Sequence[int]) -> dict[int, list[Fact]]:
    with connection.cursor() as cursor:
        cursor.execute(WORDS, {"accounts": list(accounts), "statuses": [str(each) for each in Status]})
        found = cursor.fetchall()
    return {
        claim: [Fact(as_of, Status(status), sequence, since) for _, as_of, status, sequence, since in facts]
        for claim, facts in groupby(found, key=lambda told: told[0])
    }


def _saved_again(rows: Sequence[Row]) -> dict[int, datetime]:
    """Return by claim when its account was saved the next time; what was voided saved nothing."""
    found: dict[int, datetime] = {}
    for _, group in groupby((row for row in rows if not row.voided_for), key=lambda row: row.account_id):
        claims = list(group)
        for at, row in enumerate(claims):
            later = next((one.made_at for one in claims[at + 1 :] if one.made_at > row.made_at), None)
            if later is not None:
                found[row.id] = later
    return found


def _days(programme: Programme, row: Row, verdict: Verdict) -> int:
    until = verdict.known_until
    if until is None or until <= row.made_at:
        return 0
    zone = programme.zone
    return max((last_day(until, zone) - row.made_at.astimezone(zone).date()).days, 0)


def _write(programme: Programme, moves: Sequence[Move], actor: str) -> int:
    if not moves:
        return 0
    claims = [move.row.id for move in moves]
    news = [move for move in moves if move.is_news]
    told = [move.row.id for move in news]
    run(UNCOUNT, claims=claims)
    run(COUNT_DUE, claims=told, sign=-1)
    run(
        MOVE,
        claims=claims,
        state=[str(move.verdict.state) for move in moves],
        state_at=[move.verdict.at for move in moves],
        why=[str(move.verdict.why) for move in moves],
        evidence_at=[move.verdict.evidence_at for move in moves],
        days=[move.days for move in moves],
        turns=[move.turn for move in moves],
    )
    run(COUNT, claims=claims)
    run(COUNT_DUE, claims=told, sign=1)
    entries = [move for move in moves if move.is_entry]
    run(
        KEPT.format(lines=POST),
        now=clock.now(),
        claims=[move.row.id for move in entries],
        turns=[move.turn for move in entries],
        was=[move.row.state for move in entries],
        state=[str(move.verdict.state) for move in entries],
    )
    announce_all([_news(move) for move in news], programme=programme, actor=actor)
    return len(entries)


def _news(move: Move) -> News:
    row, verdict = move.row, move.verdict
    happening = LedgerMoved(
        claim=str(row.public_id),
        was=row.state,
        state=str(verdict.state),
        why=str(verdict.why),
        evidence_at=verdict.evidence_at.isoformat() if verdict.evidence_at else None,
        state_at=verdict.at.isoformat(),
        days=move.days,
        turn=move.turn,
    )
    return News(happening, row.public_id)
