"""The gate to a list."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from rapport.kit.errors import NotFound
from rapport.outreach.models import CustomerList

if TYPE_CHECKING:
    from rapport.accounts.models import Member


def access_list(member: Member, public_id: UUID) -> CustomerList:
    """Return a list of the member's own programme; what a list is shown for asks for the right itself."""
    found = CustomerList.objects.filter(programme=member.programme, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
