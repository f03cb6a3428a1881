"""Background work of this module."""

from rapport.customers import resealing
from rapport.customers.importing import cli
from rapport.customers.promises.jobs import look_after_promises
from rapport.customers.sales import cli as sales
from rapport.jobs.actions import job

__all__ = ["load_delivery", "load_sales", "look_after_promises", "reseal"]


@job("customers.reseal")
def reseal(programme_id: int, after: int = 0) -> None:
    """Seal one batch of the programme's values anew, and queue the next in the same transaction."""
    last = resealing.reseal_some(programme_id, after=after)
    if last is not None:
        reseal.defer(programme_id=programme_id, after=last)


@job("customers.load_delivery", of_installation=True)
def load_delivery(programme_id: int, delivery: str) -> None:
    """Load a customer file that came by API, batch by batch in its programme; a second time changes nothing."""
    cli.load_delivery(programme_id, delivery)


@job("customers.load_sales", of_installation=True)
def load_sales(programme_id: int, delivery: str) -> None:
    """Load a file of sales that came by API, batch by batch in its programme; a second time changes nothing."""
    sales.load_delivery(programme_id, delivery)
