"""Background work of this module."""

from rapport.accounts.doors import in_each_programme
from rapport.jobs.actions import periodic
from rapport.ledger import actions


@periodic("ledger.judge_due", "11 * * * *")
def judge_due(timestamp: int) -> None:
    """Every hour: mature the claims whose day has come in their programme's zone and on which there is word."""
    in_each_programme(lambda programme: actions.judge_due(programme=programme))
