"""The gates to Rally Notes, and the one they put before a rep's first contact."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rapport.accounts.roles import Right
from rapport.kit.errors import NotFound
from rapport.recognition.models import RallyNote
from rapport.recognition.queries import unread_by
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


def unread_notes(member: Member) -> str:
    """Say which notes a rep has to read before taking contacts; empty when none, or in the middle of work.

    Notes published while a rep works wait for the next time they come back to the floor.
    """
    if member.may(Right.WRITE_RALLY_NOTES):
        return ""
    note = unread_by(member)
    if note is None:
        return ""
    presence = presence_of(member)
    if presence is not None and presence.doing in AT_WORK:
        return ""
    return (
        f"Please read the Rally Notes of {note.day:%A} first: open Rally Notes and press R. "
        "It takes a minute; then you can become available."
    )
