"""Today's line: contacts that asked for a person by half hour of arrival, beside the last four same weekdays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import connection

from rapport.contacts.queries import reasons_with_disposition
from rapport.floor.figures import KEPT_SECONDS, SAME_WEEKDAYS, today_of
from rapport.insight.queries import bounds
from rapport.kit import clock

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

HALF_HOURS = 48
SAVED = "saved"  # the disposition of a customer who wanted to leave and stays

COUNT = """
SELECT
    local_date,
    local_hour * 2 + (EXTRACT(MINUTE FROM arrived_at AT TIME ZONE %(zone)s) >= 30)::integer AS half_hour,
    COUNT(*)
FROM fact_contact
WHERE programme_id = %(programme)s AND direction = 'in' AND queued_at IS NOT NULL AND ({days})
GROUP BY 1, 2
"""
SAVES = """
SELECT COUNT(*) FILTER (WHERE disposition = %(saved)s), COUNT(*)
FROM fact_contact
WHERE programme_id = %(programme)s AND arrived_at >= %(start)s AND arrived_at < %(end)s
    AND reason = ANY(%(reasons)s)
"""


@dataclass(frozen=True, slots=True)
class Line:
    """Counts by half hour from ``first`` to ``last`` (both from 0 to 47); None where it has not been yet."""

    first: int
    last: int
    today: list[int | None]
    usual: list[float] | None
    days: int

    @property
    def peak(self) -> float:
        """The highest count of either."""
        return max([1.0, *(n for n in self.today if n is not None), *(self.usual or [])])

    @property
    def so_far(self) -> int:
        """How many came today."""
        return sum(n or 0 for n in self.today)

    @property
    def usual_by_now(self) -> float | None:
        """How many usually come by the end of the present half hour."""
        if self.usual is None:
            return None
        return sum(usual for usual, n in zip(self.usual, self.today, strict=True) if n is not None)


@dataclass(frozen=True, slots=True)
class Saves:
    """Customers who came today to leave: how many stay, of how many who came."""

    saved: int
    came: int


def line_of(programme: Programme) -> Line:
    """Return today's arrivals beside the mean of the last four same weekdays that had any."""
    today = today_of(programme)
    now = clock.now().astimezone(programme.zone)
    reached = now.hour * 2 + (now.minute >= 30)
    counted = _count(programme, [today]).get(today, {})
    past = _past(programme, today)
    usual = [sum(day.get(half, 0) for day in past) / len(past) for half in range(HALF_HOURS)] if past else None
    busy = [half for half in range(HALF_HOURS) if counted.get(half) or (usual and usual[half] > 0)] + [reached]
    first, last = max(0, min(busy) - 1), min(HALF_HOURS - 1, max(busy) + 1)
    return Line(
        first=first,
        last=last,
        today=[counted.get(half, 0) if half <= reached else None for half in range(first, last + 1)],
        usual=usual[first : last + 1] if usual else None,
        days=len(past),
    )


def _past(programme: Programme, today: date) -> list[dict[int, int]]:
    key = f"floor:arrivals:{programme.pk}:{today}"
    past: list[dict[int, int]] | None = cache.get(key)
    if past is None:
        days = [today - timedelta(weeks=back) for back in range(1, SAME_WEEKDAYS + 1)]
        past = list(_count(programme, days).values())
        cache.set(key, past, KEPT_SECONDS)
    return past


def _count(programme: Programme, days: list[date]) -> dict[date, dict[int, int]]:
    values: dict[str, Any] = {"programme": programme.pk, "zone": programme.timezone}
    ranges = []
    for number, day in enumerate(days):
        values[f"start{number}"], values[f"end{number}"] = bounds(programme, day, day)
        ranges.append(f"arrived_at >= %(start{number})s AND arrived_at < %(end{number})s")
    found: dict[date, dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(days=" OR ".join(ranges)), values)
        for day, half, count in cursor.fetchall():
            found.setdefault(day, {})[half] = count
    return found


def saves_of(programme: Programme) -> Saves:
    """Return how many of today's contacts for a reason that can be a save ended as one."""
    today = today_of(programme)
    start, end = bounds(programme, today, today)
    reasons = reasons_with_disposition(programme, SAVED)
    values: dict[str, Any] = {
        "programme": programme.pk,
        "start": start,
        "end": end,
        "saved": SAVED,
        "reasons": reasons,
    }
    with connection.cursor() as cursor:
        cursor.execute(SAVES, values)
        saved, came = cursor.fetchone()
    return Saves(saved, came)
