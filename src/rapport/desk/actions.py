"""Steps of a rep that touch several modules at once, each in one transaction."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.channels.chat import actions as chat
from rapport.contacts import actions as contacts
from rapport.contacts import queries as past
from rapport.contacts.access import access_in_hand
from rapport.customers import revealing
from rapport.customers.points import normal_email, normal_phone
from rapport.customers.promises import actions as promises
from rapport.customers.promises.call_backs import call_back_at
from rapport.customers.promises.keepers import Keeper
from rapport.customers.promises.kinds import usable_kind, usual_due
from rapport.customers.promises.queries import open_promises_of
from rapport.customers.queries import (
    customer_at,
    customer_by_key,
    customer_by_number,
    points_of,
    revealed_ids,
)
from rapport.guides import actions as guides
from rapport.kit import limits
from rapport.kit.errors import Conflict, Invalid
from rapport.offers.leaving import actions as leaving
from rapport.prompts import actions as prompts
from rapport.routing import actions as routing
from rapport.routing import call_backs, handing, promised

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact, Reason
    from rapport.customers.models import Customer, SealedValue

MOST_TRIED, TRIED_WITHIN = 30, 600  # ways to find a customer, in seconds


@transaction.atomic
def accept(*, member: Member, offer_id: UUID) -> Contact:
    """Take the ringing contact and begin its guide."""
    contact = routing.accept(member=member, offer_id=offer_id)
    last = past.last_transfer(contact)
    if last and last.rep and last.done_at and last.to_id == member.pk and contact.channel == "chat":
        told = f"{_first(member)} has taken over from {_first(last.rep)} and has read what you wrote."
        chat.note(contact, told, once=f"taken over {last.pk}")
    guides.begin(contact, actor=f"member:{member.pk}")
    leaving.recognise(contact=contact, origin="portal" if contact.channel == "chat" else "rep", actor="system")
    return contact


@transaction.atomic
def leave_note(*, member: Member, contact_id: UUID, note: str) -> None:
    """Note on a call what whoever has it next should know, should it be put through."""
    contact = access_in_hand(member, contact_id, lock=True)
    if contact.channel != "voice":
        raise Invalid("A chat is handed on here, with its note.")
    contacts.leave_note(contact, note=note)


@transaction.atomic
def hand_on(*, member: Member, contact_id: UUID, to: str, note: str) -> str:
    """Hand a chat on as chosen: ``queue:key``, ``person:agent`` or ``ask:agent``; return what to tell the rep."""
    way, _, who = to.partition(":")
    if way == "queue":
        contact = handing.hand_to_queue(member=member, contact_id=contact_id, queue=who, note=note)
    elif way == "person":
        contact = handing.hand_to_person(member=member, contact_id=contact_id, agent_id=who, note=note)
    elif way == "ask":
        contact = handing.ask_colleague(member=member, contact_id=contact_id, agent_id=who, note=note)
        chat.note(contact, f"{_first(member)} is asking a colleague to take over, and stays until then.")
        return "Asked. You keep the chat until they accept."
    else:
        raise Invalid("Choose a colleague or a queue.")
    chat.note(contact, f"{_first(member)} is handing you on to a colleague. You keep your place in line.")
    return "Handed on. It has its old place in line."


def _first(member: Member) -> str:
    return next(iter(member.name.split()), "One of us")


@transaction.atomic
def wrap_up(
    *,
    member: Member,
    contact_id: UUID,
    disposition: str,
    resolved: bool | None,
    summary: str,
    value_given: str = "",
    open_because: str = "",
    reason: str = "",
) -> Contact:
    """Settle the guide and put the outcome on file, with what it was about; Invalid says what is still missing."""
    if not disposition:
        raise Invalid("Choose how the contact went.")
    if resolved is None:
        raise Invalid("Say whether the matter is resolved.")
    contact = access_in_hand(member, contact_id, lock=True)
    if contact.state == "wrap_up":
        guides.close(contact, actor=f"member:{member.pk}", because=open_because)
        if reason:
            contacts.learn_reason(contact, reason=_reason(member, reason), actor=f"member:{member.pk}")
    return routing.finish_wrap_up(
        member=member,
        contact_id=contact_id,
        disposition=disposition,
        resolved=resolved,
        summary=summary,
        value_given=value_given,
    )


@transaction.atomic
def identify(*, member: Member, contact_id: UUID, told: str) -> Customer:
    """Find the customer by e-mail, telephone number, the partner's key, or an account or card number.

    The contact is put on their file, once: nobody leafs through files with one contact in hand. A number is
    compared by its keyed hash, and neither kept nor shown; TooMany after many that were tried.
    """
    contact = in_hand(member, contact_id)
    if contact.customer is not None:
        raise Conflict("This contact is on a customer's file already.")
    limits.require(f"identify:{member.pk}", MOST_TRIED, TRIED_WITHIN, "That were many tries. Wait a few minutes.")
    customer = _find(member.programme, told.strip())
    if customer is None or not customer.is_active:
        raise Invalid("Nobody on file has this e-mail, number or customer key. Check it with them.")
    contacts.identify(contact, customer=customer, actor=f"member:{member.pk}")
    leaving.recognise(contact=contact, origin="rep", actor=f"member:{member.pk}")
    return customer


@transaction.atomic
def learn_reason(*, member: Member, contact_id: UUID, key: str) -> None:
    """Say what the contact is about; its guide follows while nothing is ticked."""
    contact = in_hand(member, contact_id)
    contacts.learn_reason(contact, reason=_reason(member, key), actor=f"member:{member.pk}")
    guides.follow_reason(contact, actor=f"member:{member.pk}")
    leaving.recognise(contact=contact, origin="rep", actor=f"member:{member.pk}")


def _reason(member: Member, key: str) -> Reason:
    reason = past.reason_by_key(member.programme, key)
    if reason is None:
        raise Invalid("Choose what the contact is about from the list.")
    return reason


@transaction.atomic
def promise(
    *,
    member: Member,
    contact_id: UUID,
    what: str,
    due_on: date | datetime | None = None,
    kind: str = "other",
    product: str = "",
    heard: UUID | None = None,
) -> None:
    """Put a promise on the file of the customer in hand; ``heard`` is the prompt that told of it.

    One to call back at a time books the call-back too, to their number on file.
    """
    contact, customer = customer_in_hand(member, contact_id)
    if heard is not None and not prompts.take_up(member=member, contact=contact, prompt=heard):
        raise Conflict("This promise is on file already.")
    when = due_on or usual_due(usable_kind(member.programme, kind))
    if at := call_back_at(kind, when):
        number = _number_of(contact, customer)
        call_backs.book(
            member=member,
            contact_id=contact_id,
            phone=number,
            due_at=at,
            is_mine=True,
            note=what,
            product=product,
        )
        return
    promises.make_promise(
        member=member,
        customer=customer,
        what=what,
        due_on=when,
        kind=kind,
        product=product,
        contact_id=contact.pk,
    )


def _number_of(contact: Contact, customer: Customer) -> str:
    known = [contact.address] if contact.channel == "voice" else []
    known += [point.value for point in points_of(customer) if point.kind == "phone"]
    if not any(known):
        raise Invalid("No number of theirs is on file. Choose Call back, and say which number.")
    return next(filter(None, known))


@transaction.atomic
def look_back(*, member: Member, contact_id: UUID, holds: bool | None, comment: str) -> None:
    """Say about the customer's last contact whether its outcome holds, or comment on it."""
    last = past.last_contact_before(in_hand(member, contact_id))
    if last is None:
        raise Conflict("This customer has no earlier contact to comment on.")
    contacts.follow_up(member=member, contact=last, holds=holds, comment=comment)


@transaction.atomic
def settle(*, member: Member, contact_id: UUID, promise_id: int, kept: bool) -> None:
    """Say that a promise to the customer in hand was kept or broken."""
    _, customer = customer_in_hand(member, contact_id)
    if all(promise.pk != promise_id for promise in open_promises_of(customer)):
        raise Conflict("This promise is settled already, or is another customer's.")
    booked = promised.hold(promise_id)
    promises.settle_promise(member=member, promise_id=promise_id, kept=kept, in_contact=True)
    if booked is not None:
        call_backs.call_off_promised(booked, actor=f"member:{member.pk}")


@transaction.atomic
def put_on_file(*, member: Member, promise_id: int, came_to: str, on: date | None, note: str) -> None:
    """Say what became of a promise beside a contact; a call-back that waits for its time goes with it."""
    booked = promised.hold(promise_id)
    if came_to == "withdrawn":
        promises.withdraw_promise(member=member, promise_id=promise_id, note=note)
    else:
        kept = came_to == "kept"
        promises.settle_promise(
            member=member, promise_id=promise_id, kept=kept, on=on if kept else None, note=note
        )
    if booked is not None:
        call_backs.call_off_promised(booked, actor=f"member:{member.pk}")


@transaction.atomic
def hand(*, member: Member, promise_id: int, rep: Member) -> None:
    """Have a rep keep a promise from now on, and make its call-back, where the call was one person's."""
    booked = promised.hold(promise_id)
    promises.hand_promise(member=member, promise_id=promise_id, keeper=Keeper(member=rep))
    if booked is not None:
        call_backs.hand_promised(booked, owner=rep, actor=f"member:{member.pk}")


@transaction.atomic
def reveal(*, member: Member, contact_id: UUID, value_id: UUID, reason: str, note: str) -> str:
    """Return a masked value of the customer in hand, for the rest of this contact; the reason is put on record."""
    contact, customer = customer_in_hand(member, contact_id)
    return revealing.reveal(
        member=member,
        customer=customer,
        contact_id=contact.pk,
        contact_public_id=contact.public_id,
        held_since=held_since(contact, member),
        value_id=value_id,
        reason=reason,
        note=note,
    )


def masked(*, member: Member, contact_id: UUID, value_id: UUID) -> tuple[SealedValue, bool]:
    """Return a masked value of the customer in hand, and whether the member was shown it within this contact.

    Raises NotFound for another customer's value, Forbidden without the right.
    """
    contact, customer = customer_in_hand(member, contact_id, lock=False)
    value = revealing.access_sealed(member, customer, value_id)
    shown = revealed_ids(member, contact_id=contact.pk, held_since=held_since(contact, member))
    return value, value.pk in shown


def held_since(contact: Contact, member: Member) -> datetime:
    """Return since when the member has had the contact in hand without a break."""
    since = past.held_since(contact, member)
    if since is None:
        raise Conflict("This contact is not in your hands any more, so nothing of its customer can be shown.")
    return since


def in_hand(member: Member, contact_id: UUID, *, lock: bool = True) -> Contact:
    """Return a contact that the member talks to or wraps up; Conflict once it is closed.

    Its row is locked before that of anything that hangs on it (whose it is, their wish to leave, its offers), by
    whoever acts at the desk: two that a page sends at once take turns, and never wait for each other.
    """
    contact = access_in_hand(member, contact_id, lock=lock)
    if contact.state not in ("active", "wrap_up"):
        raise Conflict("This contact is closed, so nothing was changed. The next one will ring.")
    return contact


def customer_in_hand(member: Member, contact_id: UUID, *, lock: bool = True) -> tuple[Contact, Customer]:
    """Return the contact in hand and whose it is; Conflict while that is not known."""
    contact = in_hand(member, contact_id, lock=lock)
    if contact.customer is None:
        raise Conflict("First find out who this is: there is no file to write into yet.")
    if not contact.customer.is_active:
        raise Conflict("This customer's data is restricted: it is kept, and not used or changed.")
    return contact, contact.customer


def _find(programme: Programme, told: str) -> Customer | None:
    found = customer_by_key(programme, told)
    for kind, normal in (("email", normal_email), ("phone", normal_phone)):
        if found is None:
            try:
                found = customer_at(programme, kind, normal(told))
            except Invalid:
                continue
    return found or customer_by_number(programme, told)
