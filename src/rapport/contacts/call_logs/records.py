"""What a log of calls says about one call, whatever its format."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

Outcome = Literal["answered", "abandoned", "left_before_queue"]


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call. Instants carry the time zone of the log; durations are whole seconds, as recorded.

    Always arrived_at <= queued_at <= answered_at <= ended_at, where there is one. `queued_at` is when the
    caller asked for a person (None: left before); who was answered without waiting has wait_seconds 0. `transfers`
    counts how often it was handed on (None: the log does not say).
    """

    line_number: int
    external_id: str
    arrived_at: datetime
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime
    wait_seconds: int
    talk_seconds: int
    outcome: Outcome
    customer_key: str | None
    segment_key: str
    reason_key: str
    agent_id: str | None
    channel: str = "voice"
    transfers: int | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that could not be read. `text` is the line, shortened and with unreadable bytes replaced."""

    line_number: int
    text: str
    reason: str


class Unreadable(ValueError):
    """A line makes no sense; the message says why, for the person who wrote the file."""


class CallLog(Protocol):
    """An open log: iterate once. `skipped` counts the lines that are meant to be ignored, so far."""

    skipped: int

    def __iter__(self) -> Iterator[CallRecord | BadRow]: ...


def later(instant: datetime, seconds: int) -> datetime:
    """The instant so many elapsed seconds later, in the same time zone, whatever its clock does meanwhile."""
    try:
        return (instant.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(instant.tzinfo)
    except OverflowError as fault:
        raise Unreadable(f"lasts longer than there are days: {seconds:.3g} seconds") from fault
