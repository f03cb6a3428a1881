"""Background work of this module."""

import json

from rapport.accounts.doors import in_each_programme
from rapport.events.queries import event_by_id
from rapport.feeds import actions, queries
from rapport.jobs.actions import job, periodic
from rapport.kit import outbound


@job("feeds.tell_partner")
def tell_partner(programme_id: int, event_id: int) -> None:
    """Send codes and ids of what became of a feed to the address in its contract; the API tells the rest."""
    event = event_by_id(event_id)
    feed = queries.feed_of(event.programme, event.data["feed"])
    if feed.terms is None or not feed.terms.webhook:
        return
    told = {"event": event.name, "programme": event.programme.key, "at": event.at.isoformat(), **event.data}
    body = json.dumps({**told, "subject": str(event.subject)}).encode()
    answer = outbound.post(feed.terms.webhook, body, headers={"Content-Type": "application/json"})
    if answer.status >= 500:
        raise outbound.OutboundFailed(f"The partner's address answered {answer.status}.")


@periodic("feeds.note_late", "*/10 * * * *")
def note_late(timestamp: int) -> None:
    """Every ten minutes: say which feeds are late."""
    in_each_programme(lambda programme: actions.note_late(programme=programme))
