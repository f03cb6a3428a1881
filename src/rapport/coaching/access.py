"""The only gates to one-to-ones and to contacts that a rep shares; absent and forbidden look the same."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from rapport.accounts.queries import member_by_agent_id
from rapport.accounts.roles import Right
from rapport.coaching.models import AgreedAction, OneToOne, SharedContact, Standing
from rapport.kit.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme

_SHARED = ("contact__customer", "contact__reason", "sharing__rep__user")
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


def best_of(programme: Programme, measures: set[str]) -> defaultdict[str, set[int]]:
    """Return who is in the best quarter of those told of in each measure, and surely above the middle."""
    told: defaultdict[str, list[tuple[float, float, int]]] = defaultdict(list)
    rows = Standing.objects.filter(programme=programme, measure__in=measures, above__isnull=False)
    for measure, above, low, rep in rows.values_list("measure", "above", "low", "rep"):
        told[measure].append((above or 0.0, low or 0.0, rep))
    found: defaultdict[str, set[int]] = defaultdict(set)
    for measure, several in told.items():
        quarter = sorted(several, reverse=True)[: len(several) // 4]
        found[measure] = {rep for _, low, rep in quarter if low > 0}
    return found


def can_be_heard(one: SharedContact) -> bool:
    """Say whether a shared contact may be read and heard: not where its customer is restricted or erased."""
    return one.contact.customer is None or one.contact.customer.standing == "active"


def access_shared(member: Member, shared: UUID) -> SharedContact:
    """Return a contact that somebody lets the member read and hear, now; NotFound where nobody does any more."""
    row = SharedContact.objects.select_related(*_SHARED).filter(
        programme=member.programme, public_id=shared, sharing__rep__is_active=True
    ).first()  # fmt: skip
    if row is None or not can_be_heard(row):
        raise NotFound
    measure, rep = row.sharing.measure, row.sharing.rep_id
    if rep != member.pk and rep not in best_of(member.programme, {measure})[measure]:
        raise NotFound
    row.contact.programme = member.programme
    return row
