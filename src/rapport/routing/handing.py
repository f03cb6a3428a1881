"""Handing contacts on: by a rep to a queue or a colleague, and by a supervisor who sees that one is stuck."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.accounts.clearance import standing
from rapport.accounts.queries import member_by_agent_id
from rapport.accounts.roles import Right
from rapport.contacts import actions as contacts
from rapport.contacts.access import access_contact, access_in_hand
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.routing import permits, presence
from rapport.routing.actions import end_offer, let_go, lock_both, offer_locked, withdraw_offer
from rapport.routing.floor_state import is_ours
from rapport.routing.models import Doing, Offer, Preferred
from rapport.routing.offering import Reservation, reserve
from rapport.routing.preferred import forget, prefer
from rapport.routing.queries import hours_in, open_offer_of
from rapport.routing.room import hand_of, has_room
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact

WHY_MOVED = {
    "better_fit": "Others know this better",
    "overload": "This queue is too long",
    "mistake": "It came to the wrong queue",
    "other": "Another reason",
}
WHY_TAKEN_BACK = {
    "no_answer": "The rep does not answer",
    "trouble": "The rep's desk is in trouble",
    "other": "Another reason",
}


@transaction.atomic
def hand_to_queue(*, member: Member, contact_id: UUID, queue: str, note: str) -> Contact:
    """Put a chat in hand into a queue, at the place it had when the customer first asked."""
    contact = _in_hand(member, contact_id)
    _require_open(contact, queue)
    return _hand_on(contact, member, queue=queue, to=None, note=note)


@transaction.atomic
def hand_to_person(*, member: Member, contact_id: UUID, agent_id: str, note: str) -> Contact:
    """Hand a chat on to a colleague, who is offered it before anybody else for the stated patience."""
    contact = _in_hand(member, contact_id)
    to = _colleague(member, agent_id, contact)
    found = presence.presence_of(to)
    if found is None or found.doing == Doing.OFFLINE:
        raise Conflict(f"{to.name} is not on the floor now. Choose somebody else, or a queue.")
    return _hand_on(contact, member, queue=contact.queue, to=to, note=note)


@transaction.atomic
def ask_colleague(*, member: Member, contact_id: UUID, agent_id: str, note: str) -> Contact:
    """Ask a free colleague to take a chat over; it stays in hand until they accept."""
    contact = _in_hand(member, contact_id)
    to = _colleague(member, agent_id, contact)
    if open_offer_of(contact) is not None:
        raise Conflict("You have asked a colleague already. Wait for the answer, or take the question back.")
    held = presence.locked(to)
    plan = plan_in_force(member.programme).plan
    if not has_room(held, hand_of(to), plan, contact.channel):
        raise Conflict(f"{to.name} is not free now. Hand it on to them without asking, or choose somebody else.")
    contacts.ask_transfer(contact, queue=contact.queue, to=to, note=note)
    words = f"{member.name} asks you to take over."
    asked = Reservation(contact, held, words, {"asked_by": member.agent_id})
    reserve(member.programme, [asked], actor=_actor(member))
    presence.wake_router(to.programme_id, member=to.pk)
    return contact


@transaction.atomic
def stop_asking(*, member: Member, contact_id: UUID) -> None:
    """Take back the question to a colleague; where they have answered already nothing changes."""
    withdraw_offer(_in_hand(member, contact_id), actor=_actor(member))


@transaction.atomic
def move_waiting(*, member: Member, contact_id: UUID, queue: str, why: str) -> Contact:
    """Put a waiting contact into another queue, where it keeps its place; a ringing offer of it ends."""
    contact = access_contact(member, contact_id, lock=True)
    if why not in WHY_MOVED:
        raise Invalid("Choose from the list why you move it.")
    if not is_ours(contact):
        raise Conflict("The telephone system routes this call; it cannot be moved here.")
    if queue == contact.queue:
        raise Conflict("It stands in this queue already.")
    _require_open(contact, queue)
    contacts.move(contact, queue=queue, why=why, actor=_actor(member))
    withdraw_offer(contact, actor=_actor(member))
    forget(contact)
    presence.wake_router(contact.programme_id, contact=contact.pk)
    return contact


@transaction.atomic
def take_back(*, member: Member, contact_id: UUID, why: str) -> Contact:
    """End the ringing offer of a waiting contact; its rep is not responding until they choose again."""
    contact = access_contact(member, contact_id, lock=True)
    if why not in WHY_TAKEN_BACK:
        raise Invalid("Choose from the list why you take it back.")
    found = offer_locked(contact)
    if found is None:
        raise Conflict("It does not ring any more; reload to see where it is.")
    offer, held = found
    forget(contact, member=offer.member)
    end_offer(offer, Offer.Result.WITHDRAWN, contact, actor=_actor(member), why=why)
    presence.stop_responding(held, actor=_actor(member))
    presence.wake_router(contact.programme_id, contact=contact.pk)
    return contact


def _hand_on(contact: Contact, member: Member, *, queue: str, to: Member | None, note: str) -> Contact:
    actor = _actor(member)
    lock_both(contact)
    withdraw_offer(contact, actor=actor)
    transfer = contacts.ask_transfer(contact, queue=queue, to=to, note=note)
    contacts.hand_on(contact, transfer=transfer, actor=actor)
    if to is not None:
        prefer(contact, member=to, why=Preferred.Why.TRANSFER)
    let_go(member, actor=actor)
    presence.wake_router(contact.programme_id, contact=contact.pk)
    return contact


def _in_hand(member: Member, contact_id: UUID) -> Contact:
    contact = access_in_hand(member, contact_id, lock=True)
    if contact.channel != "chat":
        raise Conflict("A call is put through on the telephone, not here.")
    if contact.state != "active":
        raise Conflict("This conversation is over, so there is nothing to hand on.")
    return contact


def _colleague(member: Member, agent_id: str, contact: Contact) -> Member:
    """Return a colleague who may take the contact now."""
    to = member_by_agent_id(member.programme, agent_id)
    if to is None or to.pk == member.pk or not to.is_active or not to.may(Right.TAKE_CONTACTS):
        raise Invalid("Choose a colleague from the list.")
    if standing(to, now=clock.now()):
        raise Conflict(f"{to.name} may not take contacts now. Choose somebody else, or a queue.")
    if missing := permits.missing(contact, to):
        raise Conflict(
            f"{to.name} has no {missing}, which this contact asks for. Choose somebody else, or a queue."
        )
    return to


def _require_open(contact: Contact, queue: str) -> None:
    """Refuse a queue that is none of the contact's channel, or is closed now."""
    plan = plan_in_force(contact.programme).plan
    rules = plan.queues.get(queue)
    if rules is None or rules.channel != contact.channel:
        raise Invalid("Choose a queue from the list.")
    hours = hours_in(plan, queue, contact.programme.zone)
    if hours is not None and not hours.is_open(clock.now()):
        raise Conflict(f"{rules.name} is closed now. Choose another queue.")


def _actor(member: Member) -> str:
    return f"member:{member.pk}"
