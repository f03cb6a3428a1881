"""Background work of chat."""

from rapport.channels.chat import actions
from rapport.jobs.actions import periodic


@periodic("chat.abandon_the_gone", "* * * * *")
def abandon_the_gone(timestamp: int) -> None:
    """Once a minute, count waiting customers who closed their page as having left."""
    actions.abandon_the_gone()
