"""The only source of the current time, so that tests and simulations can set it; and the day that it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_fixed: ContextVar[datetime | None] = ContextVar("fixed_time", default=None)


def now() -> datetime:
    """Return the current instant in UTC, or the one set by :func:`at`."""
    return _fixed.get() or datetime.now(UTC)


def last_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the local day that an instant belongs to; the end of a day belongs to it, not to the next."""
    return (instant.astimezone(zone) - timedelta(microseconds=1)).date()


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Hold the clock at ``instant`` (must carry a time zone) inside the block."""
    if instant.tzinfo is None:
        raise ValueError("clock.at() needs an instant with a time zone, for example datetime(..., tzinfo=UTC)")
    token = _fixed.set(instant)
    try:
        yield
    finally:
        _fixed.reset(token)
