"""Reads of Rally Notes by e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, F, Q

from rapport.kit import clock
from rapport.recognition.mailing.models import Recipient, Sending
from rapport.recognition.models import RallyNote

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

SHOWN_NOTES = 14
State = Sending.State
NOT_SENT = (State.FAILED, State.REFUSED)


@dataclass(frozen=True, slots=True)
class Copies:
    """What became of the copies of one letter; of ``unsure`` nobody knows whether they came, or came twice."""

    note: RallyNote
    sent: int
    waiting: int
    failed: int
    unsure: int


def is_set_up(programme: Programme) -> bool:
    """Say whether this installation sends e-mail for the programme."""
    return settings.MAIL is not None and not programme.is_practice


def has_due(programme: Programme) -> bool:
    """Say whether anything is to be sent now."""
    return Sending.objects.filter(programme=programme, state=State.WAITING, due_at__lte=clock.now()).exists()


def own_sending(member: Member) -> Sending | None:
    """Return the latest sending to the member's own address."""
    rows = Sending.objects.select_related("note").filter(programme=member.programme, recipient__member=member)
    return rows.order_by("-made_at", "-pk").first()


def partners_of(programme: Programme) -> list[tuple[Recipient, Sending | None]]:
    """Return the partner's addresses, each with the latest that was sent there."""
    found = list(
        Recipient.objects.select_related("set_by__user")
        .filter(programme=programme, member__isnull=True)
        .order_by("address")
    )
    rows = Sending.objects.select_related("note").filter(recipient__in=found)
    latest = {one.recipient_id: one for one in rows.order_by("recipient", "-made_at", "-pk").distinct("recipient")}
    return [(one, latest.get(one.pk)) for one in found]


def copies_of(programme: Programme) -> list[Copies]:
    """Return what became of the copies of the latest letters, newest first."""
    counted = (
        Sending.objects.filter(programme=programme, note__isnull=False)
        .values("note")
        .annotate(
            sent=Count("pk", filter=Q(state=State.SENT)),
            waiting=Count("pk", filter=Q(state=State.WAITING)),
            failed=Count("pk", filter=Q(state__in=NOT_SENT)),
            unsure=Count("pk", filter=Q(tries__gt=F("answers"))),
        )
        .order_by("-note__day")[:SHOWN_NOTES]
    )
    notes = RallyNote.objects.in_bulk([one["note"] for one in counted])
    return [
        Copies(notes[one["note"]], one["sent"], one["waiting"], one["failed"], one["unsure"]) for one in counted
    ]


def failed_of(programme: Programme) -> list[Sending]:
    """Return what is not tried again, the latest first, for who can have it mended."""
    rows = Sending.objects.select_related("note", "recipient__member__user").filter(
        programme=programme, state__in=NOT_SENT, note__isnull=False
    )
    return list(rows.order_by("-ended_at", "-pk")[:SHOWN_NOTES])
