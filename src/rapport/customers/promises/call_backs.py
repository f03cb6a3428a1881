"""Promises to call back at a time, which follow the call-back that stands in line then.

Routing has the call-back and tells of it here; the promise is made, moved and settled in the same transaction.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.customers.events import PromiseMoved
from rapport.customers.promises.actions import locked, make_promise, set_due, settle
from rapport.customers.promises.due import IN_TIME, due
from rapport.customers.promises.keepers import Keeper
from rapport.customers.promises.kinds import kinds_of
from rapport.customers.promises.models import CALL_BACK, Evidence, Promise, State
from rapport.events.actions import announce
from rapport.kit import clock

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.customers.models import Customer


def call_back_at(kind: str, when: date | datetime) -> datetime | None:
    """Return the time of a promise that is a call-back in line then; None for every other promise."""
    return when if kind == CALL_BACK and isinstance(when, datetime) else None


def promise_call_back(
    *,
    member: Member,
    customer: Customer | None,
    what: str,
    due_at: datetime,
    contact_id: int,
    product: str,
    owner: Member | None,
) -> Promise | None:
    """Return the promise that goes with a booked call-back; None where nobody on file is promised anything.

    So it is for a contact of nobody known, for a customer whose data may not be used, and where the programme
    does not promise call-backs.
    """
    if customer is None or not customer.is_active or due_at <= clock.now():
        return None
    if all(one.key != CALL_BACK for one in kinds_of(member.programme)):
        return None
    return make_promise(
        member=member,
        customer=customer,
        what=what or "Call back",
        due_on=due_at,
        kind=CALL_BACK,
        product=product,
        contact_id=contact_id,
        keeper=Keeper(member=owner) if owner else None,
    )


@transaction.atomic
def call_back_happened(*, programme: Programme, promise_id: int, at: datetime) -> None:
    """Settle the promise by the contact in which the customer was rung up; nothing where it is settled already."""
    promise = locked(programme, promise_id)
    if promise.is_open:
        at = min(at, promise.due_by) if at <= promise.due_by + IN_TIME else at
        state = State.KEPT if at <= promise.due_by else State.LATE
        settle(promise, state=state, at=at, evidence=Evidence.CONTACT)


@transaction.atomic
def call_back_moved(*, programme: Programme, promise_id: int, due_at: datetime) -> None:
    """Have the promise be due at the call-back's new time, and its keeper be warned anew.

    One that is more than a quarter of an hour late already stays due when it was.
    """
    promise = locked(programme, promise_id)
    if promise.is_open and clock.now() <= promise.due_by + IN_TIME:
        set_due(promise, due(programme, due_at))
        promise.warned_at = promise.escalated_at = None
        promise.save(update_fields=["due_on", "due_by", "has_time", "warned_at", "escalated_at"])
        announce(
            PromiseMoved(promise=str(promise.public_id), due_by=promise.due_by.isoformat()),
            programme=programme,
            subject=promise.customer.public_id,
            actor="system",
        )


@transaction.atomic
def call_back_ended(*, programme: Programme, promise_id: int, note: str) -> None:
    """Withdraw the promise of a call-back that is not to be; broken where its time was missed before."""
    promise = locked(programme, promise_id)
    if promise.is_open:
        now = clock.now()
        state = State.WITHDRAWN if now <= promise.due_by + IN_TIME else State.BROKEN
        settle(promise, state=state, at=now, evidence=Evidence.EVENT, note=note)
