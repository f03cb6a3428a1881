"""The gates to awards; absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from rapport.accounts.roles import Right
from rapport.kit.errors import NotFound
from rapport.recognition.awards.models import Award, Category, State

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme


def visible_to(member: Member) -> Q:
    """Return the condition on awards that the member may see: announced ones, as Rally Notes; all who decides.

    The partner sees those on which it is asked, once they wait for its word.
    """
    if member.may(Right.MANAGE_AWARDS):
        return Q()
    announced = Q(state__in=[State.ANNOUNCED, State.REVERSED])
    told = announced if member.may(Right.READ_RALLY_NOTES) else Q(pk__in=())
    if member.may(Right.CONFIRM_AWARDS):
        told |= Q(asks_partner=True) & (announced | Q(state__in=[State.APPROVED, State.CONFIRMED]))
    return told


def access_award(member: Member, public_id: UUID, *, lock: bool = False) -> Award:
    """Return an award that the member may see; with ``lock`` held until the transaction ends."""
    rows = Award.objects.select_related("category", "approved_by__user", "confirmed_by__user")
    rows = rows.filter(visible_to(member), programme=member.programme, public_id=public_id)
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise NotFound
    row.programme = member.programme
    return row


def access_category(programme: Programme, key: str, *, lock: bool = False) -> Category:
    """Return a category of the programme."""
    rows = Category.objects.filter(programme=programme, key=key)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise NotFound
    row.programme = programme
    return row
