"""Background work of this module; it may run again and changes nothing then."""

from rapport.accounts.doors import in_each_real_programme
from rapport.jobs.actions import periodic
from rapport.quality.repeats import actions


@periodic("repeats.find", "37 * * * *")
def find(timestamp: int) -> None:
    """Every hour: find who came back, and lay it to a cause."""
    in_each_real_programme(lambda programme: actions.find(programme=programme))
