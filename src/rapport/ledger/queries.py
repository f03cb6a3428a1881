"""Reads of the ledger that others need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Count, Sum

from rapport.events.queries import latest_by_subject, subjects_of
from rapport.kit.errors import Invalid
from rapport.kit.often import OneOf
from rapport.ledger.books import terms_of
from rapport.ledger.events import LedgerMoved
from rapport.ledger.judging import State, Status
from rapport.ledger.models import AccountFact, Claim, DayCount, DueCount
from rapport.numeric.survival import KaplanMeier, kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet

    from rapport.accounts.models import Programme

BOOKED = """
SELECT line, currency, sum(count), sum(cost) FROM (
    SELECT count, cost, currency, CASE
        WHEN account <> 'provisional' THEN account WHEN at < %(starts)s THEN 'opening'
        WHEN is_first THEN 'made' ELSE 'moved' END AS line
    FROM ledger_bookcount
    WHERE programme_id = %(programme)s AND NOT is_day AND account <> 'made'
        AND at >= date_bin('1 day', %(starts)s, 'epoch') AND at < %(ends)s
        AND (account = 'provisional' OR at >= %(starts)s)
    UNION ALL
    SELECT count, cost, currency, 'opening' FROM ledger_bookcount
    WHERE programme_id = %(programme)s AND is_day AND account = 'provisional'
        AND at < date_bin('1 day', %(starts)s, 'epoch')
) AS kept GROUP BY line, currency
"""
SPLITS = (
    "rep",
    "team",
    "product",
    "reason",
    "detail",
    "offer",
    "offer_version",
    "guide",
    "guide_version",
    "segment",
    "seller",
    "selling_team",
    "channel",
    "is_control",
)
"""What claims can be filtered by; ``rep`` is the id of a member's row."""


@dataclass(frozen=True, slots=True)
class Total:
    """How many claims are in a state, and what their offers cost in minor units."""

    state: str
    claims: int
    cost: int


def attempts_of(programme: Programme, moves: Collection[int]) -> list[UUID]:
    """Return the wishes to leave, by their public ids, that the claims came of which these events tell of."""
    rows = Claim.objects.filter(OneOf("public_id", subjects_of(programme, moves)), programme=programme)
    return list(rows.values_list("attempt", flat=True))


def stuck_of(programme: Programme, attempts: Collection[UUID]) -> dict[UUID, bool | None]:
    """Return whether the saves that came of wishes to leave stuck, as they stand now; None: that is open."""
    rows = Claim.objects.filter(OneOf("attempt", attempts), programme=programme)
    stuck = {State.MATURED.value: True, State.REVERSED.value: False}
    return {attempt: stuck.get(state) for attempt, state in rows.values_list("attempt", "state")}


def days_moved(programme: Programme, since: datetime) -> dict[date, datetime]:
    """Return the days on which claims were made that have moved since an instant, with when the last one did."""
    moved = latest_by_subject(programme, LedgerMoved.name, since=since)
    rows = Claim.objects.filter(OneOf("public_id", moved), programme=programme) if moved else Claim.objects.none()
    found: dict[date, datetime] = {}
    for made_on, claim in rows.values_list("made_on", "public_id"):
        found[made_on] = max(found.get(made_on, moved[claim]), moved[claim])
    return found


def stick_days(programme: Programme) -> int:
    """Return after how many days claims made now mature."""
    return terms_of(programme).days


def totals(programme: Programme, start: date, end: date, **by: object) -> list[Total]:
    """Return what the claims made from one day to another, both included, have come to; ``by``: see SPLITS."""
    rows = (
        claims_of(programme, start, end, **by).values("state").annotate(claims=Count("id"), cost_sum=Sum("cost"))
        if by
        else _counted(programme, start, end).values("state").annotate(claims=Sum("claims"), cost_sum=Sum("cost"))
    )
    return [Total(row["state"], row["claims"], row["cost_sum"]) for row in rows.order_by("state") if row["claims"]]


def survival(programme: Programme, start: date, end: date, **by: object) -> KaplanMeier:
    """Return for how many days who was saved from one day to another has stayed, as far as each was followed.

    Claims too young to have matured count for as long as the partner has vouched for them. Void ones do not count.
    """
    rows = (
        claims_of(programme, start, end, **by).values("days", "state").annotate(counted=Count("id"))
        if by
        else _counted(programme, start, end).values("days", "state").annotate(counted=Sum("claims"))
    )
    found = list(rows.exclude(state=State.VOID).values_list("days", "state", "counted"))
    days = np.array([row[0] for row in found], dtype=float)
    left = np.array([row[1] == State.REVERSED for row in found], dtype=bool)
    counts = np.array([row[2] for row in found], dtype=float)
    return kaplan_meier(days, left, counts=counts)


def booked(programme: Programme, starts: datetime, ends: datetime) -> list[tuple[str, str, int, int]]:
    """Return what the books did from one quarter of an hour to before another: line, currency, claims, cost.

    Lines are what was provisional before (``opening``), what entered (``made``) and left it (``moved``), and what
    the other accounts took in.
    """
    with connection.cursor() as cursor:
        cursor.execute(BOOKED, {"programme": programme.pk, "starts": starts, "ends": ends})
        return [(line, currency, int(count), int(cost)) for line, currency, count, cost in cursor.fetchall()]


def due(programme: Programme, after: datetime, until: datetime) -> list[tuple[str, str, str, str, int]]:
    """Return how many claims matured or ought to have after one moment and up to another, void ones aside: the
    split (DUE_BY, empty: all of them), its value, state, why, and how many.
    """
    rows = DueCount.objects.filter(programme=programme, matures_at__gt=after, matures_at__lte=until)
    counted = rows.exclude(state=State.VOID).values("split", "key", "state", "why").annotate(counted=Sum("claims"))
    return list(counted.filter(counted__gt=0).values_list("split", "key", "state", "why", "counted"))


def followed(programme: Programme, start: date, end: date) -> list[tuple[int, bool, int]]:
    """Return of claims made from one day to another, void ones aside: for how many days each was followed, whether
    it ended then, and how many there are of these.
    """
    rows = _counted(programme, start, end).exclude(state=State.VOID).values("days", "state")
    found = rows.annotate(counted=Sum("claims")).filter(counted__gt=0).values_list("days", "state", "counted")
    return [(days, state == State.REVERSED, count) for days, state, count in found]


def claims_of(programme: Programme, start: date, end: date, **by: object) -> QuerySet[Claim]:
    """Return the claims made from one day to another, both included, of these splits."""
    if unknown := sorted(set(by) - set(SPLITS)):
        raise Invalid(f"Claims are not split by {', '.join(unknown)}; they are by {', '.join(SPLITS)}.")
    return Claim.objects.filter(programme=programme, made_on__gte=start, made_on__lte=end, **by)


def _counted(programme: Programme, start: date, end: date) -> QuerySet[DayCount]:
    return DayCount.objects.filter(programme=programme, made_on__gte=start, made_on__lte=end)


def cancelled_in(programme: Programme) -> list[tuple[int, datetime]]:
    """Return which customers (ids) cancelled an account and when, by the partner's words that stand.

    Of several words as of one moment the one with the highest sequence stands, as the ledger takes them.
    """
    told = AccountFact.objects.filter(programme=programme).order_by("account_id", "as_of", "-sequence")
    rows = told.values_list("account_id", "as_of", "sequence", "status", "since", "account__customer_id")
    found = []
    for _, words in groupby(rows.iterator(chunk_size=5_000), key=lambda row: row[:2]):
        first, *rest = words
        standing = [first, *(one for one in rest if one[2] == first[2])]
        gone = [since or as_of for _, as_of, _, status, since, _ in standing if status == Status.CANCELLED]
        found += [(first[-1], min(gone))] if gone else []
    return found


def count_of(programme: Programme) -> int:
    """Return how many claims the programme has."""
    return Claim.objects.filter(programme=programme).count()
