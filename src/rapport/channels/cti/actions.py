"""Taking a telephone system's events."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.accounts.queries import member_by_agent_id
from rapport.channels.cti.forms import Told
from rapport.channels.cti.models import CallEvent
from rapport.contacts import actions as contacts
from rapport.contacts.access import lock_contact
from rapport.customers.points import normal_phone
from rapport.customers.queries import customer_at
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.routing import actions as routing

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact
    from rapport.customers.models import Customer

ACTOR = "pbx"


@transaction.atomic
def take(*, programme: Programme, told: Told) -> Contact:
    """Take one event of a call and bring its contact to what is known now; a repeated event changes nothing.

    Events of one call that come at once wait for each other at the rows they have in common.
    """
    data = {key: value for key, value in asdict(told).items() if key not in ("at", "event", "call_id")}
    _, is_new = CallEvent.objects.get_or_create(
        programme=programme,
        call_id=told.call_id,
        event=told.event,
        defaults={"at": told.at, "received_at": clock.now(), "data": data},
    )
    contact = _contact(programme, told)
    if is_new:
        APPLY[told.event](contact, told)
    return contact


def _contact(programme: Programme, told: Told) -> Contact:
    contact, _ = contacts.arrive(
        programme=programme,
        channel="voice",
        actor=ACTOR,
        address=told.customer_number,
        customer=_customer(programme, told),
        direction=told.direction,
        external_id=f"call:{told.call_id}",
        at=told.at,
    )
    return lock_contact(contact.pk)


def _customer(programme: Programme, told: Told) -> Customer | None:
    try:
        return customer_at(programme, "phone", normal_phone(told.customer_number))
    except Invalid:
        return None  # a withheld or internal number


def _rep(programme: Programme, told: Told) -> Member | None:
    """Return the rep named by the event; a telephone system may list several names of one person."""
    return next((rep for user in told.users if (rep := member_by_agent_id(programme, user))), None)


def _new_call(contact: Contact, told: Told) -> None:
    """Queue an incoming call. Where the answer came first, only what it did not know is added."""
    customer = _customer(contact.programme, told)
    if customer is not None and contact.customer_id is None:
        contacts.identify(contact, customer=customer, actor=ACTOR)
    if told.at < contact.arrived_at:
        contacts.correct_arrival(contact, at=told.at, actor=ACTOR)
    if contact.state == "arrived" and told.direction == "in":
        routing.enqueue(contact, queue=told.queue, actor=ACTOR, at=told.at)


def _answer(contact: Contact, told: Told) -> None:
    rep = _rep(contact.programme, told)
    if contact.state in ("arrived", "waiting"):
        routing.answer_elsewhere(contact, rep=rep, actor=ACTOR, at=told.at)
    elif contact.state in ("abandoned", "left"):
        routing.answered_after_all(contact, rep=rep, actor=ACTOR, at=told.at)


def _hang_up(contact: Contact, told: Told) -> None:
    if contact.state in ("arrived", "waiting"):
        routing.abandon(contact, actor=ACTOR, at=told.at)
    elif contact.state == "active":
        routing.end_conversation(contact, by=told.cause or "hangup", actor=ACTOR, at=told.at)


APPLY = {"newCall": _new_call, "answer": _answer, "hangup": _hang_up}
