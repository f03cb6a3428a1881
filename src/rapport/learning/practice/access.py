"""The only gates to practices; absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from rapport.contacts.access import readable
from rapport.kit.errors import NotFound
from rapport.learning.practice.models import Practice

if TYPE_CHECKING:
    from rapport.accounts.models import Member


def access_practice(place: Member, public_id: UUID) -> Practice:
    """Return a practice of the member, or one whose contact they may read where they practise."""
    rows = Practice.objects.select_related("contact").filter(programme=place.programme, public_id=public_id)
    row = rows.filter(Q(member=place) | Q(contact__in=readable(place))).first()
    if row is None:
        raise NotFound
    return row
