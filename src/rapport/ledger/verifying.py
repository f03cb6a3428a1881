"""Proving the ledger: that the books balance, that the log tells the same, and that the facts bear it out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection

from rapport.events.queries import log_of
from rapport.ledger import books
from rapport.ledger.judging import Speaks
from rapport.ledger.models import Claim

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

BALANCE = f"""
WITH entry AS (
    SELECT claim_id, turn, count(*) AS lines, sum(count) AS count, sum(cost) AS cost
    FROM ledger_posting WHERE programme_id = %(programme)s GROUP BY claim_id, turn
), standing AS (
    SELECT claim_id, account, sum(count) AS count, sum(cost) AS cost
    FROM ledger_posting WHERE programme_id = %(programme)s AND account <> 'made' GROUP BY claim_id, account
)
SELECT claim.public_id::text, 'entry ' || entry.turn || ' does not add up to nothing'
FROM entry JOIN ledger_claim AS claim ON claim.id = entry.claim_id
WHERE entry.lines <> 2 OR entry.count <> 0 OR entry.cost <> 0
UNION ALL
SELECT claim.public_id::text, 'it is ' || claim.state || ' at ' || claim.cost || ', and the books say otherwise'
FROM ledger_claim AS claim
LEFT JOIN standing ON standing.claim_id = claim.id AND standing.count <> 0
WHERE claim.programme_id = %(programme)s
    AND (standing.claim_id IS NULL OR standing.account <> claim.state OR standing.count <> 1
        OR standing.cost <> claim.cost)
UNION ALL
SELECT claim.public_id::text, 'it has ' || claim.turns || ' entries, and the books have ' || count(line.id) / 2
FROM ledger_claim AS claim LEFT JOIN ledger_posting AS line ON line.claim_id = claim.id
WHERE claim.programme_id = %(programme)s GROUP BY claim.id
HAVING count(line.id) <> 2 * claim.turns OR max(line.turn) <> claim.turns
UNION ALL
SELECT coalesce(counted.made_on, told.made_on)::text, 'the counts of the day are not those of its claims'
FROM (SELECT * FROM ledger_daycount WHERE programme_id = %(programme)s AND claims <> 0) AS counted
FULL JOIN (
    SELECT made_on, state, days, count(*) AS claims, sum(cost) AS cost
    FROM ledger_claim WHERE programme_id = %(programme)s GROUP BY made_on, state, days
) AS told ON told.made_on = counted.made_on AND told.state = counted.state AND told.days = counted.days
WHERE counted.claims IS DISTINCT FROM told.claims OR counted.cost IS DISTINCT FROM told.cost
UNION ALL
SELECT at::text, 'what is kept of the books is not what their lines add up to'
FROM (SELECT * FROM ledger_bookcount WHERE programme_id = %(programme)s AND (count <> 0 OR cost <> 0)) AS kept
FULL JOIN (
    SELECT grain.is_day, date_bin(grain.span, line.at, 'epoch') AS at, line.account, line.turn = 1 AS is_first,
        claim.currency, sum(line.count) AS count, sum(line.cost) AS cost
    FROM ledger_posting AS line JOIN ledger_claim AS claim ON claim.id = line.claim_id
    CROSS JOIN (VALUES (FALSE, interval '15 minutes'), (TRUE, '1 day')) AS grain (is_day, span)
    WHERE line.programme_id = %(programme)s GROUP BY 1, 2, 3, 4, 5
    HAVING sum(line.count) <> 0 OR sum(line.cost) <> 0
) AS told USING (is_day, at, account, is_first, currency)
WHERE kept.count IS DISTINCT FROM told.count OR kept.cost IS DISTINCT FROM told.cost
UNION ALL
SELECT matures_at::text, 'what is kept of the claims that come due is not what they are'
FROM (SELECT * FROM ledger_duecount WHERE programme_id = %(programme)s AND claims <> 0) AS kept
FULL JOIN (
    SELECT claim.matures_at, told.split, told.key, claim.state, claim.why, count(*) AS claims
    FROM ledger_claim AS claim {books.BY_SPLIT}
    WHERE claim.programme_id = %(programme)s GROUP BY 1, 2, 3, 4, 5
) AS told USING (matures_at, split, key, state, why)
WHERE kept.claims IS DISTINCT FROM told.claims
LIMIT 1
"""  # noqa: S608 - our own columns
AT_ONCE = 5000
Told = tuple[str, datetime, str, datetime | None, int]


def differences(programme: Programme) -> Iterator[str]:
    """Yield the first difference that each of the three proofs finds; nothing where all hold."""
    for proof in (_unbalanced, _untold, _unfounded):
        if found := proof(programme):
            yield found


def _unbalanced(programme: Programme) -> str:
    with connection.cursor() as cursor:
        cursor.execute(BALANCE, {"programme": programme.pk})
        found = cursor.fetchone()
    return f"books: {found[0]}: {found[1]}" if found else ""


def _untold(programme: Programme) -> str:
    """Replay the log of events and compare what it tells with every claim."""
    told: dict[str, Told] = {}
    costs: dict[str, int] = {}
    for event in log_of(programme):
        data = event.data
        if event.name == "ledger.claimed":
            told[data["claim"]] = ("provisional", _at(data["made_at"]), "claimed", None, 1)
            costs[data["claim"]] = data["cost"]
        elif event.name == "ledger.moved":
            evidence = _at(data["evidence_at"]) if data["evidence_at"] else None
            before = told.get(data["claim"])
            if before is None or before[0] != data["was"]:
                return f"log: {data['claim']}: event {event.id} moves it from {data['was']}, where it was not"
            told[data["claim"]] = (data["state"], _at(data["state_at"]), data["why"], evidence, data["turn"])
    fields = ("public_id", "cost", "state", "state_at", "why", "evidence_at", "turns")
    rows = Claim.objects.filter(programme=programme).order_by("id").values_list(*fields)
    for row in rows.iterator():
        claim = str(row[0])
        if told.pop(claim, None) != row[2:] or costs[claim] != row[1]:
            return f"log: {claim}: it is {row[2]} at {row[1]}, and the events tell otherwise"
    return f"log: {next(iter(told))}: the events tell of it, and there is no such claim" if told else ""


def _unfounded(programme: Programme) -> str:
    """Judge every claim anew by the facts that are there.

    How long a feed of changes vouches for the silent is not held against the claim: it is told when it is due.
    """
    tells_each = books.terms_of(programme).speaks == Speaks.EACH
    claims = Claim.objects.filter(programme=programme).order_by("account")
    accounts = list(claims.values_list("account", flat=True).distinct())
    for start in range(0, len(accounts), AT_ONCE):
        for move in books.moves_of(programme, accounts[start : start + AT_ONCE]):
            if move.is_news or tells_each:
                return (
                    f"facts: {move.row.public_id}: it is {move.row.state}, and by the facts {move.verdict.state}"
                )
    return ""


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
