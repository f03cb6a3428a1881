"""What this module hears of: its own events that the partner has to be told."""

from rapport.accounts.queries import is_real
from rapport.events.listeners import subscribe
from rapport.feeds import jobs


def register() -> None:
    """Tell partners who named an address for it."""
    for name in ("feed.delivered", "feed.stopped", "feed.released", "feed.late"):
        subscribe(name, jobs.tell_partner)
    subscribe("digest.sealed", jobs.deliver_digests, where=is_real)
