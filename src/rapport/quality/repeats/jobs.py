"""Background work of this module; it may run again and changes nothing then."""

from uuid import UUID

from rapport.accounts.doors import in_each_real_programme
from rapport.events.queries import event_by_id
from rapport.jobs.actions import job, periodic
from rapport.quality.repeats import actions


@periodic("repeats.find", "37 * * * *")
def find(timestamp: int) -> None:
    """Every hour: find who came back, and lay it to a cause."""
    in_each_real_programme(lambda programme: actions.find(programme=programme))


@job("repeats.find_imported")
def find_imported(programme_id: int, event_id: int) -> None:
    """Find who came back, before or with one of the calls that were just imported."""
    event = event_by_id(event_id)
    actions.find_among(programme=event.programme, first=UUID(event.data["first"]), last=UUID(event.data["last"]))
