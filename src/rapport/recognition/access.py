"""The gates to Rally Notes, and the one they put before a rep's first contact."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.accounts.roles import Right
from rapport.kit.errors import NotFound
from rapport.recognition.models import News, RallyNote, Tip
from rapport.recognition.queries import overdue_for, unread_by
from rapport.routing.presence import presence_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

AT_WORK = ("available", "reserved", "on_contact", "wrap_up")


def access_note(member: Member, day: date, *, lock: bool = False) -> RallyNote:
    """Return the notes of a day: published ones for everybody, drafts for who may write them."""
    notes = RallyNote.objects.filter(programme=member.programme, day=day)
    if not member.may(Right.WRITE_RALLY_NOTES):
        notes = notes.filter(status=RallyNote.Status.PUBLISHED)
    found = (notes.select_for_update() if lock else notes.select_related("programme", "tip_by__user")).first()
    if found is None:
        raise NotFound
    return found


def access_tip(member: Member, public_id: UUID, *, lock: bool = False) -> Tip:
    """Return a tip of the member's programme."""
    rows = Tip.objects.select_related("programme").filter(programme=member.programme, public_id=public_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def access_news(member: Member, public_id: UUID) -> News:
    """Return news of the member's programme that still holds."""
    rows = News.objects.filter(programme=member.programme, public_id=public_id, withdrawn_at__isnull=True)
    found = rows.first()
    if found is None:
        raise NotFound
    return found


def unread_notes(member: Member) -> str:
    """Say which notes or overdue news a rep has to read before contacts; empty when none, or in mid-work.

    Notes published while a rep works wait for the next time they come back to the floor.
    """
    if member.may(Right.WRITE_RALLY_NOTES):
        return ""
    note, overdue = unread_by(member), overdue_for(member)
    presence = presence_of(member) if note or overdue else None
    if presence is not None and presence.doing in AT_WORK:
        return ""
    if note is not None:
        return (
            f"Please read the Rally Notes of {note.day:%A} first: open Rally Notes and press R. "
            "It takes a minute; then you can become available."
        )
    if overdue:
        return f"Please read and sign first: {overdue[0].title}. You find it on top of the Rally Notes."
    return ""
