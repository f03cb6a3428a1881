"""Background work of this module."""

from rapport.contacts.importing import cli
from rapport.jobs.actions import job


@job("contacts.load_delivery", of_installation=True)
def load_delivery(programme_id: int, delivery: str) -> None:
    """Load a call log that came by API, batch by batch in its programme; a second time changes nothing."""
    cli.load_delivery(programme_id, delivery)
