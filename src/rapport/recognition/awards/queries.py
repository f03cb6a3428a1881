"""Reads of awards; which of them a person may see, ``access`` says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.insight.registry import metric
from rapport.kit import clock
from rapport.ledger.queries import days_moved, stick_days
from rapport.recognition.awards.access import visible_to
from rapport.recognition.awards.counting import first_of_next, known_on, months_before, span_of
from rapport.recognition.awards.measures import MEASURES, VOTES
from rapport.recognition.awards.models import Award, Category, State, Vote, Winner

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

LOOKS_BACK = 6
"""So many months an award may come late, beside the time that claims take to mature."""
MOST = 60
TAKES = timedelta(hours=1)
"""So long it takes at most from when the log says that a claim moved until others see it."""
NOT_SETTLED = (State.DRAFTED, State.APPROVED, State.CONFIRMED, State.ANNOUNCED)


@dataclass(frozen=True, slots=True)
class Told:
    """An award in a list, with those who won it and still have it, and those from whom it was taken back."""

    row: Award
    winners: list[Winner]
    taken_back: list[Winner]


def categories_of(programme: Programme, *, held: bool = False) -> list[Category]:
    """Return the programme's categories by name; with ``held`` those only that are."""
    rows = Category.objects.filter(programme=programme)
    found = list((rows.filter(is_held=True) if held else rows).order_by("name", "pk"))
    for row in found:
        row.programme = programme
    return found


def name_of_measure(key: str) -> str:
    """Return what a measure is called."""
    return "Votes of peers" if key == VOTES else metric(key).name


def awards_of(member: Member, *, states: Iterable[str] = (), limit: int = MOST) -> list[Told]:
    """Return the awards that the member may see, the latest month first; of these states where given."""
    rows = Award.objects.select_related("category").filter(visible_to(member), programme=member.programme)
    if wanted := list(states):
        rows = rows.filter(state__in=wanted)
    return told(list(rows.order_by("-month", "category__name")[:limit]))


def announced(programme: Programme, since: datetime) -> list[Told]:
    """Return the awards announced since, with those who won them and still have them; the latest first."""
    rows = Award.objects.select_related("category").filter(
        programme=programme, state=State.ANNOUNCED, announced_at__gte=since
    )
    return [one for one in told(list(rows.order_by("-announced_at", "pk"))) if one.winners]


def waiting_for_partner(programme: Programme) -> list[Told]:
    """Return the awards that wait for the partner's word, the oldest first."""
    rows = Award.objects.select_related("category").filter(
        programme=programme, state=State.APPROVED, asks_partner=True
    )
    return told(list(rows.order_by("month", "pk")))


def won_by(rep: Member, *, limit: int = 24) -> list[Winner]:
    """Return what a rep won that was announced, the latest first; taken back ones too."""
    rows = Winner.objects.select_related("award__category").filter(
        rep=rep, programme=rep.programme, award__state__in=[State.ANNOUNCED, State.REVERSED]
    )
    return list(rows.order_by("-award__month")[:limit])


def last_won(members: Sequence[Member], before: datetime) -> dict[int, datetime]:
    """Return when these members (ids) last won an award that they keep, of those announced before an instant."""
    rows = Winner.objects.filter(rep__in=members, taken_back_at__isnull=True, award__announced_at__lt=before)
    return dict(rows.values_list("rep").annotate(Max("award__announced_at")))


def told(rows: list[Award]) -> list[Told]:
    """Return awards with their winners, by one query."""
    found: defaultdict[int, list[Winner]] = defaultdict(list)
    winners = Winner.objects.select_related("rep__user").filter(award__in=rows)
    for one in winners.order_by("rep__user__name"):
        found[one.award_id].append(one)
    return [
        Told(
            row,
            [one for one in found[row.pk] if one.taken_back_at is None],
            [one for one in found[row.pk] if one.taken_back_at is not None],
        )
        for row in rows
    ]


def votes_open(member: Member) -> list[tuple[Category, date, str]]:
    """Return on what the member may vote this month, with the month and whom they named (agent id, or empty)."""
    if not member.may(Right.TAKE_CONTACTS):
        return []
    month = clock.now().astimezone(member.programme.zone).date().replace(day=1)
    rows = [
        one
        for one in categories_of(member.programme, held=True)
        if one.measure == VOTES and month.month in one.months
    ]
    mine = Vote.objects.filter(category__in=rows, month=month, voter=member)
    named = dict(mine.values_list("category", "named__agent_id"))
    return [(one, month, named.get(one.pk, "")) for one in rows]


def peers_of(member: Member) -> list[Member]:
    """Return whom the member may vote for, by name."""
    rows = [one for one in members_with(member.programme, Right.TAKE_CONTACTS) if one.pk != member.pk]
    return sorted(rows, key=lambda one: one.name.casefold())


def due(programme: Programme) -> list[tuple[str, date]]:
    """Return the awards (category's key, month) that can be counted and are not."""
    today = clock.now().astimezone(programme.zone).date()
    rows = categories_of(programme, held=True)
    there = set(Award.objects.filter(category__in=rows).values_list("category", "month"))
    most = LOOKS_BACK + stick_days(programme) // 28
    months = [months_before(today.replace(day=1), back) for back in range(most, 0, -1)]
    return [
        (row.key, month)
        for row in rows
        for month in months
        if month.month in row.months
        and first_of_next(month) > row.since
        and known_on(programme, row.measure, month) <= today
        and (row.pk, month) not in there
    ]


def resting_on_claims(programme: Programme) -> list[Award]:
    """Return the awards, not yet settled for good, that count claims; what was counted is not read."""
    rows = Award.objects.filter(programme=programme, state__in=NOT_SETTLED).order_by("pk")
    return [row for row in rows.only("pk", "month", "rule", "looked_at") if _counts_claims(row)]


def touched(programme: Programme, rows: list[Award]) -> list[int]:
    """Return the ids of those of the awards that count claims of days on which claims have moved since the look.

    A claim may be made some days after the wish to leave that is counted, so a month more of them is looked at. A
    change is told in the log before it is seen, so that a look goes back for as long as a change may take.
    """
    since = min((row.looked_at for row in rows), default=None)
    moved = days_moved(programme, since - TAKES) if since else {}
    return [
        row.pk for row in rows if any(_is_of(row, day) and at > row.looked_at - TAKES for day, at in moved.items())
    ]


def _counts_claims(row: Award) -> bool:
    measure = MEASURES.get(row.rule.get("measure", ""))
    return measure is not None and measure.is_claim


def _is_of(row: Award, made_on: date) -> bool:
    first, last = span_of(row.rule["measure"], row.rule["compares"], row.month)
    return first <= made_on < first_of_next(first_of_next(last))
