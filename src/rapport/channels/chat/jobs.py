"""Background work of chat."""

from rapport.accounts.doors import one_by_one_in_each
from rapport.channels.chat import actions, queries
from rapport.jobs.actions import periodic


@periodic("chat.abandon_the_gone", "* * * * *")
def abandon_the_gone(timestamp: int) -> None:
    """Once a minute, count waiting customers who closed their page as having left."""
    one_by_one_in_each(queries.gone_from, actions.abandon_if_gone)
