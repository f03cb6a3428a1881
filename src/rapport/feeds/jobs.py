"""Background work of this module."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from rapport.accounts.doors import in_each_programme, in_each_real_programme
from rapport.audit.sealing import as_file
from rapport.events.queries import event_by_id
from rapport.feeds import actions, keeping, queries
from rapport.jobs.actions import job, periodic
from rapport.kit import clock, outbound

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

UNNAMED = timedelta(days=1)  # so long a file may lie there before its delivery is committed


@job("feeds.tell_partner")
def tell_partner(programme_id: int, event_id: int) -> None:
    """Send codes and ids of what became of a feed to the address in its contract; the API tells the rest."""
    event = event_by_id(event_id)
    feed = queries.feed_of(event.programme, event.data["feed"])
    if feed.terms is None or not feed.terms.webhook:
        return
    told = {"event": event.name, "programme": event.programme.key, "at": event.at.isoformat(), **event.data}
    body = json.dumps({**told, "subject": str(event.subject)}).encode()
    _post(feed.terms.webhook, body)


@job("feeds.deliver_digests")
def deliver_digests(programme_id: int, event_id: int) -> None:
    """After the logs were sealed: send the digests that the partner's address does not have yet, in their order.

    One that is not taken holds up those after it. What was sent before it counts; the rest is tried with the next.
    """
    programme = event_by_id(event_id).programme
    found = actions.undelivered_digests(programme)
    if found is None:
        return
    address, digests = found
    for place, digest in enumerate(digests):
        try:
            _post(address, as_file(digest.sealed).encode())
        except outbound.OutboundFailed:
            if not place:
                raise
            return
        actions.digest_delivered(programme=programme, digest=digest)


def _post(address: str, body: bytes) -> None:
    answer = outbound.post(address, body, headers={"Content-Type": "application/json"})
    if answer.status >= 300:
        raise outbound.OutboundFailed(f"The partner's address answered {answer.status}.")


@periodic("feeds.sweep", "37 4 * * *")
def sweep(timestamp: int) -> None:
    """Every night: remove kept files that no delivery names, such as those of one that was undone."""
    in_each_programme(_sweep)


def _sweep(programme: Programme) -> None:
    named = {each.kept for each in queries.kept_deliveries(programme.pk)}
    keeping.sweep(programme.key, named, before=clock.now() - UNNAMED)


@periodic("feeds.note_late", "*/10 * * * *")
def note_late(timestamp: int) -> None:
    """Every ten minutes: say which feeds are late."""
    in_each_real_programme(lambda programme: actions.note_late(programme=programme))
