"""What a certificate is at a moment, and until when one granted at a moment holds. Pure."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

State = Literal["certified", "due", "overdue", "expired", "revoked", "replaced"]
HOLDS: tuple[State, ...] = ("certified", "due", "overdue")
WORDS: dict[str, str] = {
    "certified": "certified",
    "due": "due for renewal",
    "overdue": "overdue",
    "expired": "lapsed",
    "revoked": "revoked",
    "replaced": "renewed since",
}


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or that month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def ends_after(granted_at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Return when the last day of a certificate of so many months is over, by the programme's clock."""
    last = months_after(granted_at.astimezone(zone).date(), months)
    return datetime.combine(last + timedelta(days=1), time(), zone)


def state_at(
    now: datetime, *, valid_until: datetime, ended_at: datetime | None, ended_how: str, due: int, overdue: int
) -> State:
    """Return what a certificate that was granted is at a moment; ``due`` and ``overdue`` are days before its end.

    What was revoked or renewed is so from that moment on, whatever the calendar says; before it, it was valid.
    """
    if ended_at is not None and ended_at <= now and ended_how in ("revoked", "renewed"):
        return "revoked" if ended_how == "revoked" else "replaced"
    if now >= valid_until:
        return "expired"
    if now >= valid_until - timedelta(days=overdue):
        return "overdue"
    return "due" if now >= valid_until - timedelta(days=due) else "certified"
