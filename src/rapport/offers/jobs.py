"""Background work of this module; the worker looks for it here."""

from rapport.events.queries import event_by_id
from rapport.guides.connectors import exchange
from rapport.guides.connectors.exchange import Outcome
from rapport.jobs.actions import job
from rapport.kit.walls import inside
from rapport.offers.leaving import carrying_out

__all__ = ["carry_out"]


@job("offers.carry_out", of_installation=True)
def carry_out(programme_id: int, event_id: int) -> None:
    """Send a cancellation to the partner once, and again later where it has to be; no row is held meanwhile."""
    with inside(programme_id):
        row, todo = carrying_out.take_up(event_by_id(event_id))
    if todo is None:
        return
    outcome = todo if isinstance(todo, Outcome) else exchange.send(todo)
    with inside(programme_id):
        wait = carrying_out.put_down(row, outcome)
        if wait is not None:
            carry_out.configure(schedule_in={"seconds": wait}).defer(programme_id=programme_id, event_id=event_id)
