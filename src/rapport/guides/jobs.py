"""Background work of this module; the worker looks for it here."""

from rapport.accounts.doors import one_by_one_in_each
from rapport.events.queries import event_by_id
from rapport.guides import transacting
from rapport.guides.alone.jobs import leave_the_idle
from rapport.guides.connectors import exchange
from rapport.guides.connectors.exchange import Outcome
from rapport.guides.library.jobs import tell_overdue
from rapport.guides.trials import actions as trials
from rapport.jobs.actions import job, periodic
from rapport.kit.walls import inside

__all__ = ["end_words_trials", "leave_the_idle", "send_transaction", "tell_overdue"]


@periodic("guides.end_words_trials", cron="* * * * *")
def end_words_trials(timestamp: int) -> None:
    """End, every minute, the trials of words whose time is up."""
    one_by_one_in_each(trials.due_to_end, trials.end_due)


@job("guides.send_transaction", of_installation=True)
def send_transaction(programme_id: int, event_id: int) -> None:
    """Send a transaction once, and again later where it has to be; no row is held while the other side thinks."""
    with inside(programme_id):
        row, todo = transacting.take_up(event_by_id(event_id))
    if todo is None:
        return
    outcome = todo if isinstance(todo, Outcome) else exchange.send(todo)
    with inside(programme_id):
        wait = transacting.settle(row, outcome)
        if wait is not None:
            later = send_transaction.configure(schedule_in={"seconds": wait})
            later.defer(programme_id=programme_id, event_id=event_id)
