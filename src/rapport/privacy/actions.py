"""Writes of what customers may ask: requests, restriction, holds, erasure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.contacts.access import lock_contacts
from rapport.contacts.queries import is_open_with
from rapport.customers import standing
from rapport.events.actions import Happening, announce
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.kit.words import one_line
from rapport.privacy import events
from rapport.privacy.access import access_customer, access_request
from rapport.privacy.catalogue import everything, subject_of
from rapport.privacy.models import Hold, Request
from rapport.privacy.queries import hold_on

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.customers.models import Customer

ANSWER_WITHIN = timedelta(days=30)
OLDEST_REQUEST = timedelta(days=365)
CLOSES = {
    Request.Kind.RESTRICTION: (events.CustomerRestricted,),
    Request.Kind.ERASURE: (events.CustomerErased,),
    Request.Kind.ACCESS: (events.PackageTaken,),
}
"""What answers a request by happening."""


@transaction.atomic
def open_request(
    *,
    programme: Programme,
    customer_id: UUID,
    kind: str,
    actor: str,
    proof: str = Request.Proof.NONE,
    note: str = "",
    received_on: date | None = None,
) -> Request:
    """Record what a customer asked for; it is due 30 days after the day it was received."""
    customer = standing.locked(programme, customer_id)
    today = clock.now().astimezone(programme.zone).date()
    received_on = received_on or today
    if kind not in Request.Kind.values or proof not in Request.Proof.values:
        raise Invalid("Choose from the list what they ask for, and how we know who they are.")
    if not today - OLDEST_REQUEST <= received_on <= today:
        raise Invalid("The day it was received lies within the past year, today at the latest.")
    if customer.standing == "erased":
        raise Conflict("This customer has been erased; there is nothing left to ask about.")
    made = Request.objects.create(
        programme=programme,
        customer=customer,
        kind=kind,
        proof=proof,
        note=words(note, "the note"),
        received_on=received_on,
        due_on=received_on + ANSWER_WITHIN,
        opened_by=actor,
        opened_at=clock.now(),
    )
    opened = events.RequestOpened(str(made.public_id), kind, proof, made.due_on.isoformat())
    _tell(opened, customer, actor)
    return made


@transaction.atomic
def close_request(*, programme: Programme, request_id: UUID, done: bool, actor: str) -> Request:
    """Say that a request was answered, or refused. Closing it again the same way changes nothing."""
    request = access_request(programme, request_id, lock=True)
    status = Request.Status.DONE if done else Request.Status.REFUSED
    if request.status == status:
        return request
    if request.status != Request.Status.OPEN:
        raise Conflict(f"This request was closed as {request.status} already.")
    _close(request, status, actor)
    return request


@transaction.atomic
def restrict(*, programme: Programme, customer_id: UUID, actor: str) -> None:
    """Keep the customer's data and no longer use it. Restricting again changes nothing."""
    customer = standing.locked(programme, customer_id)
    if standing.set_restricted(customer, restricted=True):
        _happened(events.CustomerRestricted(), customer, actor)


@transaction.atomic
def release(*, programme: Programme, customer_id: UUID, actor: str) -> None:
    """Let the customer's data be used again. Releasing again changes nothing."""
    customer = standing.locked(programme, customer_id)
    if standing.set_restricted(customer, restricted=False):
        _happened(events.CustomerReleased(), customer, actor)


@transaction.atomic
def place_hold(
    *, programme: Programme, customer_id: UUID, why: str, actor: str, until: date | None = None
) -> Hold:
    """Have the customer's data kept, until a day or until the hold is lifted."""
    customer = standing.locked(programme, customer_id)
    why = words(why, "the reason")
    if not why:
        raise Invalid("Say for whom or what the data must be kept, for example the court's file number.")
    if until is not None and until < clock.now().astimezone(programme.zone).date():
        raise Invalid("The last day of a hold cannot lie in the past. Leave it empty if there is none yet.")
    if customer.standing == "erased":
        raise Conflict("This customer has been erased; there is nothing left to keep.")
    if (before := hold_on(programme, customer.pk)) is not None:
        raise Conflict(f"There is a hold already, since {_since(before, programme)}. Lift it to place another.")
    _lift_past(customer)
    hold = Hold.objects.create(
        programme=programme, customer=customer, why=why, until=until, placed_by=actor, placed_at=clock.now()
    )
    _tell(events.HoldPlaced(until.isoformat() if until else None), customer, actor)
    return hold


@transaction.atomic
def lift_hold(*, programme: Programme, customer_id: UUID, actor: str) -> None:
    """Let go of the duty to keep the customer's data. Without a hold this changes nothing."""
    customer = standing.locked(programme, customer_id)
    open_ones = Hold.objects.filter(programme=programme, customer=customer, lifted_at__isnull=True)
    if open_ones.update(lifted_at=clock.now(), lifted_by=actor):
        _tell(events.HoldLifted(), customer, actor)


@transaction.atomic
def erase(*, programme: Programme, customer_id: UUID, confirmed: str, actor: str) -> int:
    """Let the person go, in everything any module keeps; facts stay. Return how many rows held something.

    ``confirmed`` is the customer's key, typed by who decides. Everything goes in one transaction, or nothing.
    Erasing again changes nothing. Raises Conflict under a hold, and while a contact with the customer goes on.
    """
    take_turns(Turn.CUSTOMERS, programme.pk)
    customer = _held(programme, customer_id)
    if customer.standing == "erased":
        return 0
    if confirmed.strip() != customer.key:
        raise Invalid(f"Type the customer's key, {customer.key}, to erase them. Nothing was erased.")
    require_erasable(programme, customer)
    return _erase(programme, customer, actor)


def require_erasable(programme: Programme, customer: Customer) -> None:
    """Raise Conflict, with what to do about it, where a customer cannot be erased now."""
    if (hold := hold_on(programme, customer.pk)) is not None:
        raise Conflict(
            f"A legal hold since {_since(hold, programme)} keeps this customer's data. It must be lifted first."
        )
    if is_open_with(customer):
        raise Conflict("A contact with this customer goes on. End it and finish its wrap-up, then erase.")


def _held(programme: Programme, customer_id: UUID) -> Customer:
    """Return the customer locked, after their contacts: in the order of all who work with both."""
    lock_contacts(subject_of(programme, [access_customer(programme, customer_id).pk]).contacts)
    return standing.locked(programme, customer_id)


def _erase(programme: Programme, customer: Customer, actor: str) -> int:
    subject = subject_of(programme, [customer.pk])
    standing.bury(customer)
    rows = {kept.key: kept.erase(subject) for kept in everything()}
    kinds = sorted(key for key, count in rows.items() if count)
    total = sum(rows.values())
    customer.refresh_from_db()
    _happened(events.CustomerErased(rows=total, kinds=kinds), customer, actor)
    return total


def erase_aged(*, programme: Programme, customer_id: UUID) -> int:
    """Erase a customer of whom nothing was heard for longer than the programme keeps files; 0 where it cannot."""
    take_turns(Turn.CUSTOMERS, programme.pk)
    customer = _held(programme, customer_id)
    if customer.standing == "erased" or hold_on(programme, customer.pk) or is_open_with(customer):
        return 0
    return _erase(programme, customer, "system")


def sweep(programme: Programme, customer: Customer) -> int:
    """Erase again what was written beside an erasure under way, of a customer erased lately."""
    subject = subject_of(programme, [customer.pk])
    return sum(kept.erase(subject) for kept in everything())


@transaction.atomic
def allow_return(*, programme: Programme, key: str, actor: str) -> None:
    """Let the key of a customer who was erased be used again, because they are a customer anew."""
    take_turns(Turn.CUSTOMERS, programme.pk)
    if not standing.let_return(programme, key.strip()):
        raise Invalid("No customer with this key was erased, so files may use it as it is.")
    announce(events.ReturnAllowed(), programme=programme, subject=programme.public_id, actor=actor)


def _lift_past(customer: Customer) -> None:
    """Close a hold whose last day has passed, so that a new one can be placed."""
    Hold.objects.filter(customer=customer, lifted_at__isnull=True).update(
        lifted_at=clock.now(), lifted_by="system"
    )


def _happened(happening: Happening, customer: Customer, actor: str) -> None:
    """Announce it, and close the customer's requests that it answers."""
    _tell(happening, customer, actor)
    answered = [kind for kind, by in CLOSES.items() if isinstance(happening, by)]
    if isinstance(happening, events.CustomerErased):
        answered = list(Request.Kind)  # whatever else was asked about data that is gone
    waiting = Request.objects.select_for_update().filter(
        customer=customer, status=Request.Status.OPEN, kind__in=answered
    )
    for request in waiting.order_by("pk"):
        _close(request, Request.Status.DONE, actor)


def _close(request: Request, status: Request.Status, actor: str) -> None:
    request.status, request.closed_by, request.closed_at = status, actor, clock.now()
    request.save(update_fields=["status", "closed_by", "closed_at"])
    closed = events.RequestClosed(str(request.public_id), request.kind, status)
    _tell(closed, request.customer, actor)


def _tell(happening: Happening, customer: Customer, actor: str) -> None:
    announce(happening, programme=customer.programme, subject=customer.public_id, actor=actor)


def _since(hold: Hold, programme: Programme) -> str:
    return f"{hold.placed_at.astimezone(programme.zone):%-d %B %Y}"


def words(text: str, what: str) -> str:
    """Return what somebody wrote on one line, without card numbers and the like; Invalid where it is too long."""
    text = one_line(text)
    if len(text) > 300:
        raise Invalid(f"Keep {what} under 300 characters.")
    return redaction.clean(text)


def taken(happening: events.PackageTaken, customer: Customer, actor: str) -> None:
    """Tell that a package was handed out, and close the request for it."""
    _happened(happening, customer, actor)
