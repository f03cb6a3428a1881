"""Recording looks, exports and refusals. Alarms are in alarms.py, chains and digests in linking.py, sealing.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from rapport.audit import alarms
from rapport.audit.chain import EVENTS, LOOKS
from rapport.audit.events import DataExported, RecordVerified
from rapport.audit.models import Refusal, Watched
from rapport.audit.rules import rules_of
from rapport.events.actions import announce
from rapport.kit import clock

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.accounts.roles import Right
    from rapport.audit.lookers import Looker
    from rapport.audit.report import Report

OF_CUSTOMERS = ("customer", "contact", "search", "list", "recording", "package")
"""Kinds of looks that show customers: without a contact in hand they are marked."""
REFUSALS_KEPT = timedelta(days=90)
NOTE = """
INSERT INTO audit_look
    (programme_id, at, actor, what, subject, about, count, why, "right", contact, in_hand, address, once)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (programme_id, once) DO NOTHING
"""


def note_look(
    by: Looker,
    *,
    what: str,
    right: Right,
    why: str = "",
    subject: UUID | None = None,
    about: str = "",
    count: int | None = None,
    contact: UUID | None = None,
    once: str = "",
) -> bool:
    """Record that somebody sees something; say whether it was recorded now. To be called where it is shown.

    ``what`` is customer, contact, recording, list, search, report, notes, export, package, record or events;
    ``subject`` the public id of the customer or contact; ``about`` what was asked for, in codes; ``count`` how
    many rows were shown; ``contact`` the contact in hand, if there is one. Of looks with the same ``once`` the
    first counts: for pages that refresh themselves.
    """
    now = clock.now()
    values: list[Any] = [by.programme.pk, now, by.actor, what, subject, about[:300], count, why[:200], right.value]
    values += [contact, contact is not None, by.address, f"{by.actor} {what} {once}"[:200] if once else None]
    with connection.cursor() as cursor:
        cursor.execute(NOTE, values)
        is_new = bool(cursor.rowcount)
    if is_new and subject is not None:
        _mind_watched(by, subject, now)
    return is_new


def hourly(subject: UUID) -> str:
    """Return a ``once`` by which a look at the subject counts once an hour."""
    return f"{subject} {clock.now():%Y-%m-%dT%H}"


def note_export(
    by: Looker, *, what: str, right: Right, rows: int, about: str = "", why: str = "", subject: UUID | None = None
) -> None:
    """Record that data leaves as a file; at night it is an alarm."""
    note_look(
        by, what="export", right=right, subject=subject, about=f"{what} {about}".strip(), count=rows, why=why
    )
    announce(
        DataExported(what=what, rows=rows),
        programme=by.programme,
        subject=subject or by.programme.public_id,
        actor=by.actor,
    )
    if rules_of(by.programme).is_night(clock.now().astimezone(by.programme.zone)):
        alarms.sound(programme=by.programme, cause="export_at_night", about=by.actor, subject=subject)


def note_refusal(*, programme: Programme, actor: str, status: int, path: str, address: str = "") -> None:
    """Record that somebody was refused something; many within the hour are an alarm.

    To be called in a transaction of its own: the refused request's is undone.
    """
    now = clock.now()
    Refusal.objects.create(
        programme=programme, at=now, actor=actor, status=status, path=path[:200], address=address
    )
    rules = rules_of(programme)
    recent = Refusal.objects.filter(programme=programme, actor=actor, at__gt=now - rules.window)
    if recent.count() >= rules.refusals:
        alarms.sound(programme=programme, cause="repeated_refusals", about=actor)


def forget_refusals_of(*, programme: Programme) -> int:
    """Let go refusals that are too old to be judged with an alarm; return how many."""
    old = Refusal.objects.filter(programme=programme, at__lt=clock.now() - REFUSALS_KEPT)
    return old.delete()[0]


def note_verification(*, programme: Programme, report: Report) -> None:
    """Record that the logs were checked; where something was altered it is an alarm."""
    links = {walked.log: walked.links for walked in report.walked}
    findings = len(report.findings) + len(report.faults)
    announce(
        RecordVerified(events=links[EVENTS], looks=links[LOOKS], digests=report.digests, findings=findings),
        programme=programme,
        subject=programme.public_id,
        actor="system",
        audience=[alarms.channel(programme)],
    )
    if findings:
        alarms.sound(programme=programme, cause="record_altered", about="system")


def _mind_watched(by: Looker, subject: UUID, now: datetime) -> None:
    watched = Watched.objects.filter(programme=by.programme, customer=subject).first()
    if watched is not None:
        alarms.sound(
            programme=by.programme, cause=f"look_at_{watched.kind}", about=by.actor, subject=subject, at=now
        )
