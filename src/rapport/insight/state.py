"""What a report shows, as its address says it: period, comparison, the figure looked at, and how it is split."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import QueryDict

from rapport.insight.registry import METRICS
from rapport.kit import clock

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

PERIODS = {"today": "Today", "7": "7 days", "28": "28 days", "91": "13 weeks", "all": "All"}
COMPARISONS = {"previous": "the time before", "weeks": "4 weeks earlier", "none": "nothing"}
SPLITS = {
    "reason": "reason",
    "queue": "queue",
    "segment": "segment",
    "channel": "channel",
    "plan": "plan tried",
    "kind": "kind of prompt",
}
FOCUS = "service_level"
LONGEST = timedelta(days=3 * 366)
EARLIEST, LATEST = date(1910, 1, 1), date(2189, 12, 31)
"""A report shows no days outside: these, and those they are compared with, can be counted."""


@dataclass(frozen=True, slots=True)
class ReportState:
    """Local days (inclusive), what they are compared with, the metric in focus, the split beside the reps."""

    start: date
    end: date
    compare: str = "previous"
    metric: str = FOCUS
    by: str = "reason"
    wrong: str = ""

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end - self.start).days + 1

    @property
    def before(self) -> tuple[date, date] | None:
        """The days it is compared with; None for no comparison."""
        if self.compare == "none":
            return None
        back = timedelta(days=28 if self.compare == "weeks" else self.days)
        return self.start - back, self.end - back

    @property
    def words(self) -> str:
        """The period in words."""
        return in_words(self.start, self.end)

    @property
    def before_words(self) -> str:
        """The days it is compared with, in words."""
        return in_words(*self.before) if self.before else ""

    def query(self, **changes: str) -> str:
        """Return the address' query for this state with some of it changed."""
        told = {
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "compare": self.compare,
            "metric": self.metric,
            "by": self.by,
        }
        return "?" + urlencode(told | changes)

    def during(self, start: date, end: date) -> str:
        """Return the address' query for other days."""
        return replace(self, start=start, end=end).query()


def read_state(
    given: QueryDict,
    programme: Programme,
    days: tuple[date, date] | None,
    *,
    back: int = 7,
    splits: Collection[str] = SPLITS,
) -> ReportState:
    """Return the state an address tells; what it tells wrongly falls back to the last days, and is said.

    ``days`` are the programme's first and last days with contacts: where the log has ended, its end is shown.
    ``back`` is how many days are shown where the address tells none; ``splits`` what it may split by, the usual
    one first.
    """
    last = days[1] if days else clock.now().astimezone(programme.zone).date()
    usual = last - timedelta(days=back - 1)
    start, end, wrong = usual, last, ""
    try:
        start = date.fromisoformat(given.get("from") or start.isoformat())
        end = date.fromisoformat(given.get("to") or max(last, start).isoformat())
    except ValueError:
        wrong = f"A date could not be read, so the last {back} days are shown."
        start, end = usual, last
    start, end = sorted(min(max(day, EARLIEST), LATEST) for day in (start, end))
    if end - start > LONGEST:
        start, wrong = end - LONGEST, "At most three years fit into one report; the last three are shown."
    return ReportState(
        start,
        end,
        _one_of(given.get("compare"), COMPARISONS, "previous"),
        _one_of(given.get("metric"), METRICS, FOCUS),
        _one_of(given.get("by"), splits, next(iter(splits))),
        wrong,
    )


def _one_of(value: str | None, known: Collection[str], default: str) -> str:
    return value if value is not None and value in known else default


def in_words(start: date, end: date) -> str:
    """Return a period of days in words."""
    return day_in_words(end) if start == end else f"{day_in_words(start)} to {day_in_words(end)}"


def day_in_words(day: date) -> str:
    """Return a day as people write it."""
    return f"{day.day} {day:%b %Y}"


def presets(state: ReportState, days: tuple[date, date]) -> list[tuple[str, str, bool]]:
    """Return the periods to choose from: name, address' query, whether it is the one shown."""
    first, last = days
    starts = {
        "today": last,
        "7": last - timedelta(days=6),
        "28": last - timedelta(days=27),
        "91": last - timedelta(days=90),
        "all": max(first, last - LONGEST),
    }
    return [
        (
            words if key != "today" else "Last day",
            state.during(starts[key], last),
            (starts[key], last) == (state.start, state.end),
        )
        for key, words in PERIODS.items()
    ]
