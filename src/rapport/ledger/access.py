"""The only gate to claims for a person; absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from rapport.accounts.roles import Right
from rapport.kit.errors import NotFound
from rapport.ledger.models import Claim

if TYPE_CHECKING:
    from rapport.accounts.models import Member

NOTHING = Q(pk__in=())


def readable_by(member: Member) -> Q:
    """Return the condition on claims that the member may read: all by who reads figures, or their own."""
    rights = member.rights
    if Right.READ_REPORTS in rights:
        return Q(programme=member.programme_id)
    own = Q(rep=member.pk) if rights & {Right.READ_OWN_CONTACTS, Right.TAKE_CONTACTS} else NOTHING
    if Right.READ_TEAM_CONTACTS in rights and member.team_id:
        return own | Q(rep__team=member.team_id)
    return own


def access_claim(member: Member, public_id: UUID) -> Claim:
    """Return a claim that the member may read."""
    rows = Claim.objects.select_related("rep__user", "account__customer")
    found = rows.filter(readable_by(member), programme=member.programme, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
