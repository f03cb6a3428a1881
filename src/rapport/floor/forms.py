"""What the list of contacts is asked for, read from its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from rapport.floor.figures import today_of
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from django.http import QueryDict

    from rapport.accounts.models import Programme

PAGE = 100
OUTCOMES = {
    "": "All",
    "answered": "Answered",
    "abandoned": "Abandoned",
    "left_before_queue": "Left before the queue",
    "self_served": "Done alone",
    "open": "Still open",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A local day, and which of its contacts."""

    day: date
    today: date
    outcome: str
    disposition: str
    before: UUID | None

    def address(self, **changes: object) -> str:
        """Return this listing's query with changes; a new choice begins at its first page."""
        kept = {"day": self.day.isoformat(), "outcome": self.outcome, "disposition": self.disposition}
        return "?" + urlencode({key: value for key, value in (kept | changes).items() if value})

    @property
    def yesterday(self) -> str:
        """The day before, as addresses have it."""
        return (self.day - timedelta(days=1)).isoformat()

    @property
    def tomorrow(self) -> str:
        """The day after, as addresses have it; empty where it has not begun."""
        return "" if self.day >= self.today else (self.day + timedelta(days=1)).isoformat()


def read_listing(programme: Programme, asked: QueryDict) -> Listing:
    """Return what is asked for; Invalid where it cannot be read."""
    today = today_of(programme)
    outcome = asked.get("outcome", "")
    try:
        day = date.fromisoformat(asked.get("day") or today.isoformat())
        before = UUID(last) if (last := asked.get("before", "")) else None
    except ValueError:
        raise Invalid("The address of this list cannot be read. Write the day as 2026-11-21.") from None
    if outcome not in OUTCOMES or not 1900 < day.year < 2200:
        raise Invalid("The address of this list asks for something there is not.")
    return Listing(day, today, outcome, asked.get("disposition", "")[:50], before)
