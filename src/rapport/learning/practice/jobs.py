"""Background work of this module; each may run again, and twice at once, and the customer answers once."""

from __future__ import annotations

from rapport.events.queries import event_by_id
from rapport.jobs.actions import job
from rapport.learning.practice import actions, queries


@job("practice.hear")
def hear(programme_id: int, event_id: int) -> None:
    """Have the made-up customer answer what a rep wrote, after as long as they take."""
    event = event_by_id(event_id)
    if event.data["author"] == "rep" and (row := queries.practice_with(event.subject)) is not None:
        told = {"programme_id": programme_id, "practice_id": row.pk}
        reply.configure(schedule_in={"seconds": queries.script_of(row).pace_seconds}).defer(**told)


@job("practice.reply")
def reply(programme_id: int, practice_id: int) -> None:
    """Say what the made-up customer says next, unless that was said."""
    actions.reply(practice_id)
