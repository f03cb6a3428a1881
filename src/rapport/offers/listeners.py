"""What this module hears of."""

from rapport.events.listeners import subscribe
from rapport.offers import jobs


def register() -> None:
    """Have the partner carry cancellations out and fulfil what was accepted; learn of who left."""
    subscribe("leaving.cancelled", jobs.carry_out)
    subscribe("leaving.ended", jobs.learn_of_end)
    subscribe("offer.accepted", jobs.fulfil)
    subscribe("offer.sent_again", jobs.fulfil)
