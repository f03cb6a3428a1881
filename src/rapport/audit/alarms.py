"""Alarms: raised once per cause and person while open, taken by one owner, closed with a finding."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction

from rapport.audit.access import access_alarm
from rapport.audit.events import (
    AlarmClosed,
    AlarmRaised,
    AlarmRulesChanged,
    AlarmTaken,
    CustomerUnwatched,
    CustomerWatched,
)
from rapport.audit.models import Alarm, AlarmRules, Watched
from rapport.audit.rules import CAUSES, FINDINGS, Rules, rules_of
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.ids import new_id

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

KINDS = ("watched", "colleague")
LONGEST = 500
SOUND = """
INSERT INTO audit_alarm
    (public_id, programme_id, cause, about, subject, times, first_at, last_at, finding, words)
VALUES (%s, %s, %s, %s, %s, 1, %s, %s, '', '')
ON CONFLICT (programme_id, cause, about) WHERE closed_at IS NULL
DO UPDATE SET times = audit_alarm.times + 1, last_at = greatest(audit_alarm.last_at, excluded.last_at),
    subject = coalesce(excluded.subject, audit_alarm.subject)
RETURNING public_id, times
"""


def channel(programme: Programme) -> str:
    """Return the live channel that hears of the programme's alarms and digests."""
    return f"record:{programme.pk}"


def sound(
    *, programme: Programme, cause: str, about: str, subject: UUID | None = None, at: datetime | None = None
) -> None:
    """Raise the alarm, or count once more the one that is open for this cause and person."""
    if cause not in CAUSES:
        raise ValueError(f"{cause} is no cause of an alarm")
    now = at or clock.now()
    with connection.cursor() as cursor:
        cursor.execute(SOUND, [new_id(), programme.pk, cause, about, subject, now, now])
        public_id, times = cursor.fetchone()
    if times == 1:
        announce(
            AlarmRaised(cause=cause, about=about),
            programme=programme,
            subject=public_id,
            actor="system",
            audience=[channel(programme)],
        )


def take(*, member: Member, alarm_id: UUID) -> Alarm:
    """Make the member the alarm's owner; one that somebody else owns can be taken over."""
    alarm = access_alarm(member, alarm_id, lock=True)
    if alarm.closed_at is not None:
        raise Conflict("This alarm is closed already.")
    alarm.owner, alarm.taken_at = member, clock.now()
    alarm.save(update_fields=["owner", "taken_at"])
    _tell(alarm, AlarmTaken(cause=alarm.cause, owner=member.pk), member)
    return alarm


def close(*, member: Member, alarm_id: UUID, finding: str, words: str) -> Alarm:
    """Close an alarm that the member owns, with what was found."""
    alarm = access_alarm(member, alarm_id, lock=True)
    words = words.strip()
    if alarm.closed_at is not None:
        raise Conflict("This alarm is closed already.")
    if alarm.owner_id != member.pk:
        raise Conflict("Take this alarm first: only its owner closes it.")
    if f"member:{member.pk}" == alarm.about:
        raise Conflict("This alarm is about you. Ask a colleague to judge it.")
    if finding not in FINDINGS:
        raise Invalid("Choose what you found.")
    if not words or len(words) > LONGEST:
        raise Invalid(f"Say in a sentence what you found, in up to {LONGEST} characters.")
    alarm.closed_at, alarm.finding, alarm.words = clock.now(), finding, words
    alarm.save(update_fields=["closed_at", "finding", "words"])
    _tell(alarm, AlarmClosed(cause=alarm.cause, finding=finding, times=alarm.times), member)
    return alarm


@transaction.atomic
def set_rules(*, programme: Programme, rules: Rules, actor: str) -> None:
    """Change from when on something is an alarm on the programme."""
    if rules == rules_of(programme):
        return
    AlarmRules.objects.update_or_create(programme=programme, defaults=asdict(rules))
    told = AlarmRulesChanged(**asdict(rules))
    announce(told, programme=programme, subject=programme.public_id, actor=actor, audience=[channel(programme)])


def watch(*, programme: Programme, customer: UUID, kind: str = "watched", member: Member | None = None) -> None:
    """Make every look at the customer an alarm. A colleague stays one when put on the watch list."""
    if kind not in KINDS:
        raise Invalid("A customer on the watch list is well known, or a colleague.")
    _, is_new = Watched.objects.get_or_create(
        programme=programme, customer=customer, defaults={"kind": kind, "since": clock.now(), "by": member}
    )
    if is_new:
        actor = f"member:{member.pk}" if member else "system"
        announce(CustomerWatched(kind=kind), programme=programme, subject=customer, actor=actor)


def unwatch(*, member: Member, customer: UUID) -> None:
    """Let looks at the customer be ordinary again."""
    gone, _ = Watched.objects.filter(programme=member.programme, customer=customer).delete()
    if gone:
        actor = f"member:{member.pk}"
        announce(CustomerUnwatched(), programme=member.programme, subject=customer, actor=actor)


def _tell(alarm: Alarm, happening: AlarmTaken | AlarmClosed, member: Member) -> None:
    announce(
        happening,
        programme=member.programme,
        subject=alarm.public_id,
        actor=f"member:{member.pk}",
        audience=[channel(member.programme)],
    )
