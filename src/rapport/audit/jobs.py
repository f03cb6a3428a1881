"""Background work: linking each minute, sealing each hour, and alarms that need counting."""

from __future__ import annotations

import logging

from rapport.accounts.queries import programme_by_id, programmes
from rapport.audit import alarms, linking, sealing
from rapport.audit.rules import rules_of
from rapport.events.queries import count_of, event_by_id
from rapport.jobs.actions import job, periodic
from rapport.kit import clock
from rapport.kit.errors import DomainError
from rapport.kit.walls import inside

logger = logging.getLogger("rapport.audit")


@periodic("audit.link", "* * * * *")
def link(timestamp: int) -> None:
    """Every minute: tie what is new into the chains."""
    for programme in programmes():
        linking.link_all(programme)


@periodic("audit.seal", "1 * * * *")
def seal(timestamp: int) -> None:
    """Every hour: seal the logs of every programme and deliver the digests."""
    everyone = programmes()
    for programme in everyone:
        try:
            sealing.seal_hour(programme)
        except DomainError as error:
            logger.error("the logs of %s are not sealed: %s", programme.key, error)
            with inside(programme.pk):
                alarms.sound(programme=programme, cause="digest_stopped", about="system")
        with inside(programme.pk):
            sealing.deliver(programme)
    sealing.change_over_if_named(everyone)


@job("audit.seal_now")
def seal_now(programme_id: int) -> None:
    """Seal a programme's logs as they stand: after much was loaded at once."""
    programme = programme_by_id(programme_id)
    sealing.seal_until(programme, clock.now())
    sealing.deliver(programme)


@job("audit.count_reveals")
def count_reveals(programme_id: int, event_id: int) -> None:
    """After a masked value was shown: many by one person within the hour are an alarm."""
    event = event_by_id(event_id)
    rules = rules_of(event.programme)
    many = count_of(event.programme, event.name, actor=event.actor, after=event.at - rules.window, until=event.at)
    if many >= rules.reveals:
        alarms.sound(
            programme=event.programme, cause="many_reveals", about=event.actor, subject=event.subject, at=event.at
        )


@job("audit.mind_broken_glass")
def mind_broken_glass(programme_id: int, event_id: int) -> None:
    """After emergency access was used: an alarm, always."""
    event = event_by_id(event_id)
    alarms.sound(programme=event.programme, cause="broke_glass", about=event.actor, at=event.at)
