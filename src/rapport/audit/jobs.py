"""Background work: linking each minute, sealing each hour, checking each night, and alarms that need counting."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.accounts.doors import in_each_programme, step_by_step_in_each
from rapport.accounts.queries import clearances_ending, programme_by_id, tokens_of
from rapport.audit import alarms, sealing
from rapport.audit.actions import forget_refusals_of, note_verification
from rapport.audit.linking import Linking
from rapport.audit.logs import LOGS, Log
from rapport.audit.rules import rules_of
from rapport.audit.verifying import verify
from rapport.events.queries import count_of, event_by_id
from rapport.jobs.actions import job, periodic
from rapport.kit import clock
from rapport.kit.errors import DomainError

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

logger = logging.getLogger("rapport.audit")


@periodic("audit.link", "* * * * *")
def link(timestamp: int) -> None:
    """Every minute: tie what is new into the chains."""
    for log in LOGS.values():
        step_by_step_in_each(partial(_linking, log))


def _linking(log: Log, programme: Programme) -> Callable[[], bool]:
    return Linking(programme, log).step


@periodic("audit.seal", "1 * * * *")
def seal(timestamp: int) -> None:
    """Every hour: seal the logs of every programme; deliver the digests when they are committed."""
    in_each_programme(_seal)
    sealing.hand_over()


def _seal(programme: Programme) -> None:
    try:
        with transaction.atomic():
            sealing.seal_hour(programme)
    except (DomainError, OSError, ValueError) as error:  # no key, or one that cannot be read
        logger.error("the logs of %s are not sealed: %s", programme.key, error)
        alarms.sound(programme=programme, cause="digest_stopped", about="system")


@periodic("audit.verify", "23 2 * * *")
def verify_all(timestamp: int) -> None:
    """Every night: check that both logs are as they were written; where not, it is an alarm."""
    in_each_programme(lambda programme: note_verification(programme=programme, report=verify(programme)))


@periodic("audit.clearances", "11 5 * * *")
def clearances(timestamp: int) -> None:
    """Every morning: clearances and tokens that end within days are alarms, so that they are renewed in time."""
    in_each_programme(_clearances)


def _clearances(programme: Programme) -> None:
    soon = clock.now() + rules_of(programme).lapse
    for member in clearances_ending(programme, before=soon.astimezone(programme.zone).date()):
        alarms.sound(programme=programme, cause="clearance_lapses", about=f"member:{member.pk}")
    for token in tokens_of(programme):
        if token.is_alive and token.expires_at <= soon:
            alarms.sound(programme=programme, cause="token_ends", about=f"token:{token.public_id}")


@periodic("audit.forget_refusals", "41 3 * * *")
def forget_refusals(timestamp: int) -> None:
    """Every night: refusals that no alarm counts any more go."""
    in_each_programme(lambda programme: forget_refusals_of(programme=programme))


@job("audit.seal_now")
def seal_now(programme_id: int) -> None:
    """Seal a programme's logs as they stand: after much was loaded at once."""
    sealing.seal_until(programme_by_id(programme_id), clock.now())


@job("audit.verify_now")
def verify_now(programme_id: int) -> None:
    """Check both logs of a programme, because somebody asked."""
    programme = programme_by_id(programme_id)
    note_verification(programme=programme, report=verify(programme))


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


@job("audit.mind_missing_administrator")
def mind_missing_administrator(programme_id: int, event_id: int) -> None:
    """After a directory let a programme's last administrator go: an alarm, always."""
    event = event_by_id(event_id)
    alarms.sound(programme=event.programme, cause="no_administrator", about=event.actor, at=event.at)
