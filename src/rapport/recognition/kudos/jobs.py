"""Background work of thanks; it may run again and changes nothing then."""

from rapport.accounts.doors import in_each_real_programme
from rapport.jobs.actions import periodic
from rapport.recognition.kudos import actions


@periodic("kudos.milestones", "7 4 * * *")
def milestones(timestamp: int) -> None:
    """Every night: note who has been here for a round time."""
    in_each_real_programme(lambda programme: actions.reach_milestones(programme=programme))
