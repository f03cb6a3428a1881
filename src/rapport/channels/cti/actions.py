"""Taking a telephone system's events."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.accounts.queries import member_by_agent_id
from rapport.channels.cti.course import COUNTED, course_of
from rapport.channels.cti.forms import Told
from rapport.channels.cti.models import CallEvent
from rapport.contacts import actions as contacts
from rapport.contacts.access import lock_contact
from rapport.contacts.queries import legs_of
from rapport.customers.points import normal_phone
from rapport.customers.queries import customer_at
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.routing import actions as routing
from rapport.routing import calls

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact
    from rapport.customers.models import Customer

ACTOR = "pbx"
OWN = ("at", "event", "call_id", "key")  # columns of their own


@transaction.atomic
def take(*, programme: Programme, told: Told) -> Contact:
    """Take one event of a call and bring its contact to what is known now; a repeated event changes nothing.

    Events of one call that come at once wait for each other at the rows they have in common.
    """
    data = {key: value for key, value in asdict(told).items() if key not in OWN}
    _, is_new = CallEvent.objects.get_or_create(
        programme=programme,
        call_id=told.call_id,
        event=told.event,
        key=told.key,
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
    """Connect the call. Where another rep has it, it was put through, and the transfer is still to be told."""
    rep = _rep(contact.programme, told)
    if _is_late(contact, told):
        _retell(contact, told)
    elif contact.state in ("arrived", "waiting"):
        routing.answer_elsewhere(contact, rep=rep, actor=ACTOR, at=told.at)
    elif contact.state == "active" and rep is not None and rep.pk != contact.rep_id:
        _put_through(contact, told, rep)


def _transfer(contact: Contact, told: Told) -> None:
    """Put the call through; one that nobody has waits for its answer."""
    if _is_late(contact, told):
        _retell(contact, told)
    elif contact.state == "active":
        _put_through(contact, told, _rep(contact.programme, told))
    elif contact.state == "waiting" and not told.users and told.queue != contact.queue:
        contacts.move(contact, queue=told.queue, why="telephone", actor=ACTOR)


def _put_through(contact: Contact, told: Told, to: Member | None) -> None:
    if to is None or to.pk != contact.rep_id:
        waits = not told.users
        calls.put_through(contact, to=to, queue=told.queue, waits=waits, actor=ACTOR, at=told.at)


def _is_late(contact: Contact, told: Told) -> bool:
    """Say whether something that happened after this is known already, or the end."""
    later = _events(contact.programme, told.call_id, "answer", "transfer").filter(at__gt=told.at)
    return _events(contact.programme, told.call_id, "hangup").exists() or later.exists()


def _retell(contact: Contact, told: Told) -> None:
    """Bring the contact to the course that all that was told says now, where that is another."""
    events = [_as_told(one) for one in _events(contact.programme, told.call_id, *COUNTED)]
    course = course_of(events, lambda one: _rep(contact.programme, one))
    if course.stretches and [(one.rep, one.started_at, one.ended_at) for one in course.stretches] != [
        (one.rep, one.started_at, one.ended_at if one.ended_by == "transfer" else None) for one in legs_of(contact)
    ]:
        calls.retell(contact, stretches=course.stretches, ended_at=course.ended_at, actor=ACTOR)


def _consult(contact: Contact, told: Told) -> None:
    """Say whom the rep asks just now, by the latest of what was told."""
    last = _events(contact.programme, told.call_id, "consult", "consultEnd").order_by("-at", "-pk").first()
    leg = next(reversed(legs_of(contact)), None)
    is_latest = last is not None and (last.event, last.key) == (told.event, told.key)
    if is_latest and leg is not None and told.at >= leg.started_at:
        to = _rep(contact.programme, told)
        contacts.consult(contact, to=to, is_on=told.event == "consult", actor=ACTOR, at=told.at)


def _hold(contact: Contact, told: Told) -> None:
    contacts.hold(contact, is_on=told.event == "hold", actor=ACTOR, at=told.at)


def _events(programme: Programme, call_id: str, *names: str) -> QuerySet[CallEvent]:
    return CallEvent.objects.filter(programme=programme, call_id=call_id, event__in=names)


def _as_told(one: CallEvent) -> Told:
    data = {**one.data, "users": tuple(one.data.get("users", ()))}
    return Told(event=one.event, call_id=one.call_id, at=one.at, key=one.key, **data)


def _hang_up(contact: Contact, told: Told) -> None:
    if contact.state in ("arrived", "waiting"):
        routing.abandon(contact, actor=ACTOR, at=told.at)
    elif contact.state == "active":
        routing.end_conversation(contact, by=told.cause or "hangup", actor=ACTOR, at=told.at)


APPLY = {
    "newCall": _new_call,
    "answer": _answer,
    "transfer": _transfer,
    "consult": _consult,
    "consultEnd": _consult,
    "hold": _hold,
    "resume": _hold,
    "hangup": _hang_up,
}
