"""Background work of this module."""

from uuid import UUID

from rapport.drafts import actions, outside
from rapport.drafts.outside import Written
from rapport.events.queries import event_by_id
from rapport.jobs.actions import job
from rapport.kit.walls import inside


@job("drafts.make", of_installation=True)
def make(programme_id: int, event_id: int) -> None:
    """Have a draft made; no row is held while the service writes."""
    with inside(programme_id):
        draft = UUID(event_by_id(event_id).data["draft"])
        todo = actions.take_up(draft)
    if todo is None:
        return
    written = todo if isinstance(todo, Written) else outside.write(todo)
    with inside(programme_id):
        actions.settle(draft, written)
