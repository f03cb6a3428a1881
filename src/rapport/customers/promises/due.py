"""When a promise is due: a day of the programme's calendar, or an instant of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from rapport.kit import clock
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

FURTHEST = timedelta(days=3660)
EARLIEST = date(1970, 1, 1)
GRACE = timedelta(days=3)
"""After its due instant a promise of which nobody says anything counts as broken once this has passed."""
IN_TIME = timedelta(minutes=15)
"""A promised call-back that begins this long after its time at most counts as made at its time."""
WARN_DAY = timedelta(hours=16)
WARN_TIME = timedelta(hours=1)
"""How long before the due instant its keeper is warned: at eight in the morning of its day, or an hour before."""


class Due(NamedTuple):
    """The day on the programme's calendar, the instant it has to be kept by, and whether a time was told."""

    on: date
    by: datetime
    has_time: bool


def due(programme: Programme, told: date | datetime) -> Due:
    """Return when that is; Invalid beyond what can be promised. A day lasts until the midnight after it."""
    zone = programme.zone
    if isinstance(told, datetime):
        local = told.astimezone(zone)
        return Due(_sane(programme, local.date()), told.astimezone(UTC), True)
    end = datetime.combine(_sane(programme, told) + timedelta(days=1), time(), zone)
    return Due(told, end.astimezone(UTC), False)


def ahead(programme: Programme, told: date | datetime) -> Due:
    """Return when that is; Invalid where it is over already."""
    found = due(programme, told)
    if found.by <= clock.now():
        raise Invalid("A promise cannot be due in the past. Choose today or a later day.")
    return found


def noon(programme: Programme, day: date) -> datetime:
    """Return the instant at which something happened of which only the day is told."""
    return datetime.combine(day, time(12), programme.zone).astimezone(UTC)


def today_of(programme: Programme) -> date:
    """Return the day it is on the programme's calendar."""
    return clock.now().astimezone(programme.zone).date()


def _sane(programme: Programme, day: date) -> date:
    if not EARLIEST <= day <= today_of(programme) + FURTHEST:
        raise Invalid("Nothing is promised for so distant a day. Choose one within ten years.")
    return day
