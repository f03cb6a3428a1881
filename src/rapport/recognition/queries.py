"""Reads of Rally Notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from rapport.accounts import queries as accounts
from rapport.accounts.roles import Right
from rapport.kit import clock
from rapport.recognition.models import RallyNote, RallySeen

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

PUBLISHED = RallyNote.Status.PUBLISHED


@dataclass(frozen=True, slots=True)
class Reader:
    """A member and when they read the notes; None where they have not."""

    member: Member
    seen_at: datetime | None


def latest_published(programme: Programme) -> RallyNote | None:
    """Return the newest published notes of a day up to today."""
    today = clock.now().astimezone(programme.zone).date()
    return (
        RallyNote.objects.select_related("programme", "tip_by__user", "published_by__user")
        .filter(programme=programme, status=PUBLISHED, day__lte=today)
        .order_by("-day")
        .first()
    )


def unread_by(member: Member) -> RallyNote | None:
    """Return the newest published notes if the member has not read them."""
    note = latest_published(member.programme)
    if note is None or RallySeen.objects.filter(note=note, member=member).exists():
        return None
    return note


def seen_at(note: RallyNote, member: Member) -> datetime | None:
    """Return when the member read the notes."""
    return RallySeen.objects.filter(note=note, member=member).values_list("seen_at", flat=True).first()


def readers_of(note: RallyNote) -> list[Reader]:
    """Return who has read the notes and who has not, of everyone who takes contacts."""
    seen = dict(RallySeen.objects.filter(note=note).values_list("member_id", "seen_at"))
    everyone = accounts.members_with(note.programme, Right.TAKE_CONTACTS)
    readers = [Reader(member, seen.get(member.pk)) for member in everyone if member.is_active]
    return sorted(readers, key=lambda one: (one.seen_at is not None, one.member.name))


def note_of(programme: Programme, day: date) -> RallyNote | None:
    """Return the notes of a day, whatever their status, for commands and jobs."""
    return (
        RallyNote.objects.select_related("programme", "tip_by__user").filter(programme=programme, day=day).first()
    )


def days_of(programme: Programme, *, drafts: bool, limit: int = 14) -> list[RallyNote]:
    """Return the latest notes, newest first; drafts only where asked for."""
    notes = RallyNote.objects.filter(programme=programme)
    if not drafts:
        notes = notes.filter(status=PUBLISHED)
    return list(notes.only("id", "day", "status").order_by("-day")[:limit])
