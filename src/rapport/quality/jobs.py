"""Background work of this module; each may run again and changes nothing then."""

from rapport.accounts.doors import in_each_real_programme, in_turn
from rapport.jobs.actions import periodic
from rapport.quality import selecting
from rapport.quality.recordings import actions as recordings

__all__ = ["draw", "remove_unheard"]


@periodic("quality.draw", "23 * * * *")
def draw(timestamp: int) -> None:
    """Every hour: draw the contacts of each rule's period, once it is over where the programme is."""
    in_each_real_programme(lambda programme: selecting.draw_due(programme=programme))


@periodic("quality.remove_unheard", "43 3 * * *")
def remove_unheard(timestamp: int) -> None:
    """Every night: remove the files of recordings that were let go, whose keys went at once."""
    in_turn(lambda programme: recordings.remove_unheard(programme=programme))
