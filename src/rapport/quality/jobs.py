"""Background work of this module; each may run again and changes nothing then."""

from rapport.accounts.doors import in_each_programme
from rapport.jobs.actions import periodic
from rapport.quality import selecting

__all__ = ["draw"]


@periodic("quality.draw", "23 * * * *")
def draw(timestamp: int) -> None:
    """Every hour: draw the contacts of each rule's period, once it is over where the programme is."""
    in_each_programme(lambda programme: selecting.draw_due(programme=programme))
