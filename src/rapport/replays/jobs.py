"""Background work of this module."""

from rapport.jobs.actions import job
from rapport.replays import running


@job("replays.run", of_installation=True, retry=None)
def run(programme_id: int, event_id: int) -> None:
    """Run a replay; its steps enter the programme one by one, so that how far it is can be seen."""
    running.run(programme_id, event_id)
