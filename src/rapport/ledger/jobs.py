"""Background work of this module; each may run again and changes nothing then."""

from uuid import UUID

from rapport.accounts.doors import in_each_real_programme
from rapport.accounts.queries import programme_by_id
from rapport.events.queries import event_by_id
from rapport.jobs.actions import job, periodic
from rapport.ledger import actions, claiming, queries
from rapport.ledger.importing import cli
from rapport.offers.choosing.actions import learn_all


@job("ledger.enter")
def enter(programme_id: int, event_id: int) -> None:
    """Enter a save as soon as a wish to leave has ended with the customer staying."""
    event = event_by_id(event_id)
    save = claiming.save_of(event.programme, UUID(event.data["attempt"]))
    if save is not None:
        audience = [f"floor:{programme_id}"]
        actions.claim(programme=event.programme, saves=[save], actor="system", audience=audience)


@job("ledger.teach")
def teach(programme_id: int, event_ids: list[int]) -> None:
    """Tell those who choose offers whether saves stuck, as they stand now; None where that is open again."""
    programme = programme_by_id(programme_id)
    attempts = queries.attempts_of(programme, event_ids)
    learn_all(programme=programme, attempts=attempts, stuck=lambda: queries.stuck_of(programme, attempts))


@job("ledger.load_delivery", of_installation=True)
def load_delivery(programme_id: int, delivery: str) -> None:
    """Load a file of accounts that came by API, batch by batch in its programme."""
    cli.load_delivery(programme_id, delivery)


@periodic("ledger.judge_due", "11 * * * *")
def judge_due(timestamp: int) -> None:
    """Every hour: mature the claims whose day has come in their programme's zone and on which there is word."""
    in_each_real_programme(lambda programme: actions.judge_due(programme=programme))
