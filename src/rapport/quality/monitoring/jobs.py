"""Background work of this module; it may run again and changes nothing then."""

from rapport.accounts.doors import in_each_programme
from rapport.jobs.actions import periodic
from rapport.quality.monitoring import actions


@periodic("monitoring.end_left", "* * * * *")
def end_left(timestamp: int) -> None:
    """Every minute: end what nobody sits in on any more."""
    in_each_programme(lambda programme: actions.end_left(programme=programme))
