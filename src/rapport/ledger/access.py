"""Who may see a claim: who reads reports any, a rep their own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from rapport.accounts.roles import Right
from rapport.kit.errors import NotFound
from rapport.ledger.models import Claim

if TYPE_CHECKING:
    from rapport.accounts.models import Member


def access_claim(member: Member, public_id: UUID) -> Claim:
    """Return a claim that the member may see; NotFound where there is none, or it is somebody else's."""
    found = (
        Claim.objects.select_related("account__customer", "rep__user")
        .filter(programme=member.programme, public_id=public_id)
        .first()
    )
    if found is None or not (member.may(Right.READ_REPORTS) or found.rep_id == member.pk):
        raise NotFound
    return found
