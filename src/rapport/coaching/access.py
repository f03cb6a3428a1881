"""The only gates to one-to-ones; absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from rapport.accounts.queries import member_by_agent_id
from rapport.accounts.roles import Right
from rapport.coaching.models import AgreedAction, OneToOne
from rapport.kit.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member

_WITH = ("rep__user", "rep__team", "coach__user", "selection__contact__reason", "selection__scorecard")


def visible_to(member: Member) -> Q:
    """Return the condition on one-to-ones that the member may see: own ones, on either side, or all by right."""
    if member.may(Right.READ_COACHING):
        return Q(programme=member.programme_id)
    return Q(rep=member.pk) | Q(coach=member.pk)


def seen_by(member: Member) -> QuerySet[OneToOne]:
    """Return the one-to-ones that the member may see."""
    return OneToOne.objects.select_related(*_WITH).filter(visible_to(member), programme=member.programme)


def access_one_to_one(member: Member, public_id: UUID, *, lock: bool = False) -> OneToOne:
    """Return a one-to-one that the member may see; with ``lock`` held until the transaction ends."""
    rows = seen_by(member)
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    row.programme = row.rep.programme = row.coach.programme = member.programme
    return row


def access_taking_part(member: Member, public_id: UUID) -> OneToOne:
    """Return a one-to-one to change, locked: for its rep and its coach alone."""
    row = access_one_to_one(member, public_id, lock=True)
    if member.pk not in (row.rep_id, row.coach_id):
        raise Forbidden("The two whose one-to-one it is change it.")
    return row


def access_as_coach(member: Member, public_id: UUID) -> OneToOne:
    """Return a one-to-one that the member holds as coach, locked."""
    row = access_one_to_one(member, public_id, lock=True)
    if row.coach_id != member.pk:
        raise Forbidden("That is for who holds the one-to-one.")
    return row


def access_action(member: Member, public_id: UUID) -> AgreedAction:
    """Return an agreed action of a rep whom the member coached, locked."""
    coached = OneToOne.objects.filter(programme=member.programme, coach=member).values("rep")
    rows = AgreedAction.objects.select_for_update(of=("self",)).select_related("one_to_one__rep")
    row = rows.filter(programme=member.programme, one_to_one__rep__in=coached, public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def access_rep(member: Member, agent_id: str) -> Member:
    """Return the rep whose coaching the member may look at: themself, who they coach, or anybody by right."""
    if agent_id in ("", member.agent_id):
        return member
    rep = member_by_agent_id(member.programme, agent_id)
    coaches = rep is not None and OneToOne.objects.filter(coach=member, rep=rep).exists()
    if rep is None or not (coaches or member.may(Right.READ_COACHING)):
        raise NotFound
    rep.programme = member.programme
    return rep
