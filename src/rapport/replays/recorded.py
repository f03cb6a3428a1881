"""Past days as the simulation takes them: contacts, and reps with their hours and what is on file of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from rapport.accounts import queries as accounts
from rapport.contacts.recorded import recorded_between
from rapport.customers.queries import segments_of
from rapport.routing.ledger import skills_on, spans_between
from rapport.simulation.crew import Profile, crew_of
from rapport.simulation.recording import Recording

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.call_logs.records import CallRecord
    from rapport.simulation.crew import Crew

LEARNS_BEFORE = timedelta(days=30)
LEARNS_AFTER = timedelta(days=8)  # whether customers came back is known a week later


@dataclass(frozen=True, slots=True)
class Past:
    """What was read of the days, and of those around them from which to learn what to expect of reps."""

    contacts: Sequence[CallRecord]
    history: Sequence[CallRecord]
    crew: Crew
    segment_starts: dict[str, float]

    def recording(self) -> Recording:
        """Return the floor that can be run again; Invalid where nobody asked for a person."""
        return Recording(self.contacts, crew=self.crew, history=self.history)


def bounds(programme: Programme, first: date, last: date) -> tuple[datetime, datetime]:
    """Return the instants at which the local days begin and end."""
    begins, ends = (
        datetime.combine(day, time(), programme.zone).astimezone(UTC) for day in (first, last + timedelta(days=1))
    )
    return begins, ends


def read_past(programme: Programme, first: date, last: date) -> Past:
    """Return the contacts and the crew of the days; skills, teams and roles are those of the last day and now."""
    begins, ends = bounds(programme, first, last)
    skills = skills_on(programme, last)
    profiles = {
        one.agent_id: Profile(skills[one.agent_id], one.team.name if one.team else "", one.role)
        for one in accounts.members_of(programme)
    }
    history = list(recorded_between(programme, begins - LEARNS_BEFORE, ends + LEARNS_AFTER))
    return Past(
        [one for one in history if begins <= one.arrived_at < ends],
        history,
        crew_of(spans_between(programme, begins, ends), profiles),
        segment_starts(programme),
    )


def segment_starts(programme: Programme) -> dict[str, float]:
    """Return the head start each segment came with."""
    return {one.key: float(one.head_start_seconds) for one in segments_of(programme)}
