"""The only gate to returns: of contacts that one may read; absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from rapport.contacts.access import readable_by
from rapport.kit.errors import NotFound
from rapport.quality.repeats.models import Return

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member


def returns_for(member: Member) -> QuerySet[Return]:
    """Return the returns after contacts that the member may read."""
    return Return.objects.filter(readable_by(member, "first__"), programme=member.programme)


def access_return(member: Member, public_id: UUID) -> Return:
    """Return one that the member may judge, locked: one after a contact of their own is for others to judge."""
    rows = returns_for(member).exclude(first__rep=member).select_for_update(of=("self",)).select_related("first")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    found.programme = member.programme
    return found
