"""The only gate to sitting in: chats that are held now by somebody else; absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from rapport.accounts.roles import Right
from rapport.contacts.access import access_contact
from rapport.kit.errors import Conflict, NotFound
from rapport.quality.monitoring.models import SitIn

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact

OVER = "This conversation is over."


def may_monitor(member: Member, contact: Contact) -> bool:
    """Say whether the member may sit in on a contact that they can read, if it is held now."""
    return member.may(Right.MONITOR) and contact.channel == "chat" and contact.rep_id not in (None, member.pk)


def access_monitored(member: Member, contact_id: UUID) -> Contact:
    """Return a chat that the member may sit in on, locked; Conflict when the conversation is over."""
    contact = access_contact(member, contact_id, lock=True)
    if not may_monitor(member, contact):
        raise NotFound
    if contact.state != "active":
        raise Conflict(OVER)
    return contact


def access_sit_in(member: Member, contact_id: UUID) -> SitIn:
    """Return how the member sits in on a chat that is held now, it and its contact locked.

    Conflict when they do not sit in, or the conversation is over.
    """
    contact = access_monitored(member, contact_id)
    found = SitIn.objects.select_for_update().filter(contact=contact, member=member, until=None).first()
    if found is None:
        raise Conflict("You are not sitting in on this conversation. Sit in first.")
    found.contact, found.member, found.programme = contact, member, member.programme
    return found
