"""Background work of this module; the worker looks for it here."""

from uuid import UUID

from rapport.accounts.doors import in_each_real_programme, one_by_one_in_each_real
from rapport.events.queries import event_by_id
from rapport.guides.connectors import exchange
from rapport.guides.connectors.exchange import Outcome
from rapport.jobs.actions import job, periodic
from rapport.kit.walls import inside
from rapport.offers.choosing import actions, refreshing
from rapport.offers.fulfilling import sending
from rapport.offers.leaving import carrying_out

__all__ = ["carry_out", "fulfil", "learn", "learn_of_end", "let_go_overdue"]


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


@job("offers.fulfil", of_installation=True)
def fulfil(programme_id: int, event_id: int) -> None:
    """Send what was accepted to the partner once, and again later where it has to be; no row is held meanwhile."""
    with inside(programme_id):
        row, todo = sending.take_up(event_by_id(event_id).data["presentation"])
    if todo is None:
        return
    outcome = todo if isinstance(todo, Outcome) else exchange.send(todo)
    with inside(programme_id):
        wait = sending.put_down(row, outcome)
        if wait is not None:
            fulfil.configure(schedule_in={"seconds": wait}).defer(programme_id=programme_id, event_id=event_id)


@job("offers.learn_of_end")
def learn_of_end(programme_id: int, event_id: int) -> None:
    """Keep that who left did not stick; whether who stayed does, the ledger tells once it is known."""
    event = event_by_id(event_id)
    if event.data["outcome"] == "left":
        actions.learn(programme=event.programme, attempt=UUID(event.data["attempt"]), stuck=False)


@periodic("offers.let_go_overdue", cron="* * * * *")
def let_go_overdue(timestamp: int) -> None:
    """Put back, every minute, what is held for offers whose time on the table is over."""
    one_by_one_in_each_real(refreshing.overdue, actions.let_go_overdue)


@periodic("offers.learn", cron="17 * * * *")
def learn(timestamp: int) -> None:
    """Look, every hour, at what came of choices, and choose by that from then on."""
    one_by_one_in_each_real(refreshing.to_settle, actions.settle)
    in_each_real_programme(refreshing.refresh)
