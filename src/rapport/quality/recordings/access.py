"""The only gates to recordings and remarks: of contacts that one may read; absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from rapport.contacts.access import readable
from rapport.kit.errors import NotFound
from rapport.quality.recordings.models import Recording, Remark

if TYPE_CHECKING:
    from rapport.accounts.models import Member


def access_recording(member: Member, public_id: UUID) -> Recording:
    """Return a recording that can be heard, of a contact that the member may read."""
    rows = Recording.objects.select_related("contact__customer").filter(
        programme=member.programme, contact__in=readable(member), public_id=public_id
    )
    found = rows.exclude(sealed_secret="").first()
    if found is None:
        raise NotFound
    found.programme = found.contact.programme = member.programme
    return found


def access_own_remark(member: Member, public_id: UUID) -> Remark:
    """Return a remark that the member made, locked, on a contact that they may still read."""
    rows = Remark.objects.select_for_update(of=("self",)).select_related("contact")
    found = rows.filter(
        programme=member.programme, contact__in=readable(member), made_by=member, public_id=public_id
    ).first()
    if found is None:
        raise NotFound
    found.programme = member.programme
    return found
