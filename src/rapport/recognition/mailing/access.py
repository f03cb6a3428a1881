"""The gates to addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from rapport.kit.errors import NotFound
from rapport.recognition.mailing.models import Recipient

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme


def own_recipient(member: Member, *, lock: bool = False) -> Recipient | None:
    """Return the member's own address, or None."""
    rows = Recipient.objects.filter(programme=member.programme, member=member)
    return (rows.select_for_update() if lock else rows).first()


def access_partners(member: Member, public_id: UUID) -> Recipient:
    """Return an address of the partner's on the member's programme."""
    found = Recipient.objects.filter(programme=member.programme, public_id=public_id, member__isnull=True).first()
    if found is None:
        raise NotFound
    return found


def recipient_of_link(programme: Programme, public_id: UUID) -> Recipient | None:
    """Return whom a letter's own link names; None where they stopped already."""
    return Recipient.objects.filter(programme=programme, public_id=public_id).first()
