"""Early signs of strain in one's work, from what the floor has on file anyway: one plain fact each, never a score.

They are counted at each look and kept nowhere. Each holds somebody against their own weeks before, never against
others. Nothing here says how anybody feels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from django.db import connection

from rapport.coaching.queries import missed_in_a_row
from rapport.kit.filters import percent
from rapport.recognition.kudos.queries import last_recognised

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

SIGNS = {
    "busy": "Time on contacts",
    "long": "Long days",
    "late": "Late ends",
    "missed": "Missed one-to-ones",
    "thanks": "Thanks and recognition",
}
LATELY, BEFORE = timedelta(days=14), timedelta(days=56)
BUSIER = 0.08  # of the time on the floor, more than before
HOURS, HOURS_BEFORE = 20, 40  # on the floor: with less nothing is said
LONG = 9.5  # hours at work in a day
LATE = 60.0  # minutes after one's usual end
DAYS_BEFORE = 8
MANY_DAYS = 3
MISSED = 2
WEEKS = 6
DAYS = """
SELECT rep, local_date,
    coalesce(sum(seconds) FILTER (WHERE doing IN ('on_contact', 'wrap_up')), 0)::float8,
    coalesce(sum(seconds) FILTER (WHERE doing IN ('on_contact', 'wrap_up', 'available', 'reserved')), 0)::float8,
    sum(seconds)::float8, max(ended_at)
FROM fact_state_span
WHERE programme_id = %(programme)s AND doing <> 'offline' AND span_started_at < %(until)s
    AND span_ended_at > %(since)s AND started_at >= %(since)s AND started_at < %(until)s
    AND rep = ANY(%(reps)s)
GROUP BY rep, local_date
"""


@dataclass(frozen=True, slots=True)
class Day:
    """A day at work: seconds on contacts, on the floor and in all; and its end, in minutes of the local day."""

    busy: float
    floor: float
    at_work: float
    end: float


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of somebody's work, in words; whether it stands out, so that it is a sign."""

    key: str
    words: str
    stands_out: bool

    @property
    def name(self) -> str:
        """What it is about."""
        return SIGNS[self.key]


def facts_of(programme: Programme, members: Sequence[Member], until: datetime) -> dict[int, list[Fact]]:
    """Return the facts of these members (ids) as they were at an instant."""
    days = _days(programme, until, [one.agent_id for one in members])
    missed, thanked = missed_in_a_row(programme, until), last_recognised(members, until)
    return {
        member.pk: [
            *of_days(*days[member.agent_id]),
            of_missed(missed.get(member.pk, 0)),
            of_thanks(until - max(member.since, thanked.get(member.pk, member.since)), member.pk in thanked),
        ]
        for member in members
    }


def _days(programme: Programme, until: datetime, reps: list[str]) -> defaultdict[str, tuple[list[Day], list[Day]]]:
    """Return the days of these reps in the weeks before, and of late."""
    since = until - LATELY - BEFORE
    asked: dict[str, Any] = {"programme": programme.pk, "since": since, "until": until, "reps": reps}
    with connection.cursor() as cursor:
        cursor.execute(DAYS, asked)
        rows = cursor.fetchall()
    found: defaultdict[str, tuple[list[Day], list[Day]]] = defaultdict(lambda: ([], []))
    first = (until - LATELY).astimezone(programme.zone).date()
    for agent, on, busy, floor, at_work, ended in rows:
        end = _minutes(on, ended.astimezone(programme.zone))
        found[agent][on >= first].append(Day(busy, floor, at_work, end))
    return found


def _minutes(on: date, ended: datetime) -> float:
    after = (ended.date() - on).days  # what ends at midnight ends on the next day
    return after * 1440 + ended.hour * 60 + ended.minute


def of_days(before: Sequence[Day], lately: Sequence[Day]) -> list[Fact]:
    """Return what days at work say: how busy, how long, how late."""
    return [_busy(before, lately), _long(before, lately), _late(before, lately)]


def _busy(before: Sequence[Day], lately: Sequence[Day]) -> Fact:
    floor, floor_before = (sum(day.floor for day in days) for days in (lately, before))
    if floor < HOURS * 3600 or floor_before < HOURS_BEFORE * 3600:
        return Fact("busy", "Too little time on the floor to say.", stands_out=False)
    now, usual = sum(day.busy for day in lately) / floor, sum(day.busy for day in before) / floor_before
    words = f"{percent(now)} of the last two weeks on the floor were on contacts; in the eight before"
    return Fact("busy", f"{words} {percent(usual)}.", stands_out=now - usual >= BUSIER)


def _long(before: Sequence[Day], lately: Sequence[Day]) -> Fact:
    many, usual = (sum(day.at_work > LONG * 3600 for day in days) for days in (lately, before))
    words = f"{many} of {_of_days(lately)} in the last two weeks had more than 9½ hours"
    usually = f"; before {usual} of {len(before)}" if before else ""
    return Fact("long", f"{words}{usually}.", stands_out=many >= MANY_DAYS)


def _late(before: Sequence[Day], lately: Sequence[Day]) -> Fact:
    if len(before) < DAYS_BEFORE:
        return Fact("late", "Too few days to say when yours usually end.", stands_out=False)
    usual = median(day.end for day in before)
    many = sum(day.end >= usual + LATE for day in lately)
    hour, minute = divmod(round(usual) % 1440, 60)
    words = f"{many} of {_of_days(lately)} ended an hour or more after your usual {hour:02d}:{minute:02d}."
    return Fact("late", words, stands_out=many >= MANY_DAYS)


def _of_days(days: Sequence[Day]) -> str:
    return f"{len(days)} day{'' if len(days) == 1 else 's'}"


def of_missed(many: int) -> Fact:
    """Return what one-to-ones missed in a row say."""
    words = f"The last {many} in a row were missed." if many > 1 else "The last one was missed." if many else ""
    return Fact("missed", words or "The last one was not missed.", stands_out=many >= MISSED)


def of_thanks(since: timedelta, ever: bool) -> Fact:
    """Return what the time since one was last thanked or recognised says, or since the first day."""
    weeks = since // timedelta(weeks=1)
    told = f"{weeks} week{'' if weeks == 1 else 's'}" if weeks else "less than a week"
    words = f"It is {told} since you were last thanked or recognised." if ever else f"None yet, in {told} here."
    return Fact("thanks", words, stands_out=weeks >= WEEKS)
