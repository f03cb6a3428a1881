"""The only source of the current time, so that tests and simulations can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_fixed: ContextVar[datetime | None] = ContextVar("fixed_time", default=None)


def now() -> datetime:
    """Return the current instant in UTC, or the one set by :func:`at`."""
    return _fixed.get() or datetime.now(UTC)


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
