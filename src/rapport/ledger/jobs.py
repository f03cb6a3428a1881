"""Background work of this module; each may run again and changes nothing then."""

from uuid import UUID

from rapport.accounts.doors import in_each_real_programme
from rapport.events.queries import event_by_id
from rapport.jobs.actions import job, periodic
from rapport.ledger import actions, claiming, queries
from rapport.ledger.importing import cli
from rapport.ledger.judging import State
from rapport.offers.choosing.actions import learn


@job("ledger.enter")
def enter(programme_id: int, event_id: int) -> None:
    """Enter a save as soon as a wish to leave has ended with the customer staying."""
    event = event_by_id(event_id)
    save = claiming.save_of(event.programme, UUID(event.data["attempt"]))
    if save is not None:
        audience = [f"floor:{programme_id}"]
        actions.claim(programme=event.programme, saves=[save], actor="system", audience=audience)


@job("ledger.teach")
def teach(programme_id: int, event_id: int) -> None:
    """Tell those who choose offers whether a save stuck, as it stands now; None where that is open again."""
    event = event_by_id(event_id)
    claim = queries.claim_by_id(event.programme, UUID(event.data["claim"]))
    stuck = {State.MATURED: True, State.REVERSED: False}.get(State(claim.state))
    learn(programme=event.programme, attempt=claim.attempt, stuck=stuck)


@job("ledger.load_delivery", of_installation=True)
def load_delivery(programme_id: int, delivery: str) -> None:
    """Load a file of accounts that came by API, batch by batch in its programme."""
    cli.load_delivery(programme_id, delivery)


@periodic("ledger.judge_due", "11 * * * *")
def judge_due(timestamp: int) -> None:
    """Every hour: mature the claims whose day has come in their programme's zone and on which there is word."""
    in_each_real_programme(lambda programme: actions.judge_due(programme=programme))
