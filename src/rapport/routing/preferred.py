"""Who is offered a waiting contact first: whom a rep named, who had it lately, who booked the call-back.

Until the patience is over nobody else is offered the contact. It ends sooner when that rep declines or misses it,
or leaves the floor; then the line's own rules count, from the place the contact has had all along.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from rapport.contacts.queries import handed_on_by
from rapport.kit import clock
from rapport.routing.models import Doing, Preferred
from rapport.routing.offering import Chosen
from rapport.routing.policy import FloorState
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact

WORDS = {
    Preferred.Why.TRANSFER: "{rep} was named by the rep who handed it on.",
    Preferred.Why.RECONTACT: "{rep} had this customer about the same matter lately.",
    Preferred.Why.CALL_BACK: "{rep} booked this call-back.",
}


def prefer(contact: Contact, *, member: Member, why: Preferred.Why) -> None:
    """Let the member be asked first, for the patience that is due; the caller holds the contact's lock."""
    Preferred.objects.update_or_create(
        contact=contact,
        defaults={
            "programme_id": contact.programme_id,
            "member": member,
            "why": why,
            "until": clock.now() + _patience(contact, why),
        },
    )


def _patience(contact: Contact, why: Preferred.Why) -> timedelta:
    rules = plan_in_force(contact.programme).plan.patience
    seconds = {
        Preferred.Why.TRANSFER: rules.transfer_seconds,
        Preferred.Why.RECONTACT: rules.recontact_seconds,
        Preferred.Why.CALL_BACK: rules.call_back_seconds,
    }
    return timedelta(seconds=seconds[why])


def forget(contact: Contact, *, member: Member | None = None) -> None:
    """Let the line's own rules count again (with a ``member``: where it is they who were asked first)."""
    found = Preferred.objects.filter(contact=contact)
    (found.filter(member=member) if member else found).delete()


def preferred_in(programme: Programme) -> dict[int, Preferred]:
    """Return who is asked first now, by contact; a call-back waits for its owner even while they are away."""
    away = Q(member__presence__isnull=True) | Q(member__presence__doing=Doing.OFFLINE)
    found = (
        Preferred.objects.select_related("member__user")
        .filter(~away | Q(why=Preferred.Why.CALL_BACK), programme=programme, until__gt=clock.now())
        .filter(contact__state="waiting")
    )
    return {one.contact_id: one for one in found}


def settle(programme: Programme, floor: FloorState) -> tuple[list[Chosen], FloorState]:
    """Return the offers to reps who are asked first, and the floor without them for the policy.

    Who handed a contact on is asked again only when nobody else is free.
    """
    if not floor.waiting:
        return [], floor
    preferred = preferred_in(programme)
    reps = {rep.id: rep for rep in floor.reps}
    chosen: list[Chosen] = []
    for one in sorted(floor.waiting, key=lambda one: (one.placed_at, one.id)):
        first = preferred.get(one.id)
        rep = reps.get(first.member_id) if first is not None else None
        if first is not None and rep is not None and floor.capacity.admits(rep, one.channel):
            reps[rep.id] = rep._replace(takes=False)
            words = WORDS[Preferred.Why(first.why)].format(rep=first.member.name)
            chosen.append(Chosen(one.id, first.member_id, words, {"preferred": first.why}))
    passed: defaultdict[int, set[int]] = defaultdict(set)
    for contact_id, member_id in handed_on_by(one.id for one in floor.waiting):
        passed[contact_id].add(member_id)
    waiting = tuple(
        one._replace(passed_by=one.passed_by | passed[one.id]) for one in floor.waiting if one.id not in preferred
    )
    return chosen, replace(floor, waiting=waiting, reps=tuple(reps.values()))
