"""Every write of promises that people and the system make; those of sales come with sales."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.customers.events import PromiseHanded, PromiseMade, PromiseSettled
from rapport.customers.promises.due import Due, ahead, due, noon, today_of
from rapport.customers.promises.keepers import Keeper
from rapport.customers.promises.kinds import usable_kind, usual_due, usual_keeper
from rapport.customers.promises.models import OTHER, Evidence, Promise, Promiser, State
from rapport.customers.standing import held
from rapport.events.actions import announce
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.customers.models import Customer

LONGEST = 300


@transaction.atomic
def make_promise(
    *,
    member: Member,
    customer: Customer,
    what: str,
    due_on: date | datetime | None = None,
    kind: str = OTHER,
    product: str = "",
    contact_id: int | None = None,
    keeper: Keeper | None = None,
) -> Promise:
    """Record what a rep promised the customer; its kind says when it is due and who keeps it, unless told."""
    about = usable_kind(member.programme, kind)
    promise = Promise(
        by=Promiser.REP,
        made_by=member,
        what=what,
        kind=kind,
        product=product,
        contact_id=contact_id,
    )
    keeper, due_on = keeper or usual_keeper(about, member), due_on or usual_due(about)
    return _make(promise, member.programme, customer, due_on, keeper, actor_of(member))


@transaction.atomic
def promise_by_system(
    *,
    programme: Programme,
    customer: Customer,
    what: str,
    due_on: date | datetime,
    kind: str,
    keeper: Keeper,
    product: str = "",
    contact_id: int | None = None,
    offer: UUID | None = None,
) -> Promise:
    """Record what the system told the customer would be done, such as with an offer that was taken."""
    usable_kind(programme, kind)
    promise = Promise(
        by=Promiser.SYSTEM, what=what, kind=kind, product=product, contact_id=contact_id, offer=offer
    )
    return _make(promise, programme, customer, due_on, keeper, "system")


def _make(
    promise: Promise,
    programme: Programme,
    customer: Customer,
    due_on: date | datetime,
    keeper: Keeper,
    actor: str,
) -> Promise:
    promise.what = redaction.clean(promise.what.strip())
    if not promise.what or len(promise.what) > LONGEST or "\x00" in promise.what:
        raise Invalid("Say in up to 300 characters what was promised.")
    if len(promise.product) > 100 or "\x00" in promise.product:
        raise Invalid("The name of the product is too long.")
    when = ahead(programme, due_on)
    now = held(customer)
    if now is None or now.programme_id != programme.pk:
        raise NotFound
    if not now.is_active:
        raise Conflict(f"This customer's data is {now.standing}: it cannot be used or changed.")
    promise.programme, promise.customer, promise.made_at = programme, now, clock.now()
    set_due(promise, when)
    set_keeper(promise, keeper)
    promise.save()
    announce(made(promise, keeper), programme=programme, subject=now.public_id, actor=actor)
    return promise


def set_due(promise: Promise, when: Due) -> None:
    """Write when a promise is due."""
    promise.due_on, promise.due_by, promise.has_time = when


def set_keeper(promise: Promise, keeper: Keeper) -> None:
    """Write who keeps a promise; who is of another programme cannot."""
    for one in (keeper.member, keeper.team):
        if one is not None and one.programme_id != promise.programme_id:
            raise NotFound
    promise.keeper, promise.keeping_team = keeper.member, keeper.team


def made(promise: Promise, keeper: Keeper) -> PromiseMade:
    """Return the event of a promise that was made."""
    return PromiseMade(
        promise=str(promise.public_id),
        due_on=promise.due_on.isoformat(),
        by=promise.by,
        kind=promise.kind,
        origin=promise.origin,
        product=promise.product,
        keeper=keeper.code,
    )


def actor_of(member: Member) -> str:
    """Return the member as events name who did something."""
    return f"member:{member.pk}"


@transaction.atomic
def settle_promise(
    *,
    member: Member,
    promise_id: int,
    kept: bool,
    on: date | None = None,
    note: str = "",
    in_contact: bool = False,
) -> Promise:
    """Say that a promise was kept, on a day that is not now where one is told, or broken.

    Settling it twice the same way changes nothing. It needs a note where no contact with the customer shows it.
    """
    promise = locked(member.programme, promise_id)
    note = redaction.clean(note.strip())
    if not promise.is_open:
        if promise.state not in ((State.KEPT, State.LATE) if kept else (State.BROKEN,)):
            raise Conflict(f"This promise is settled already: {promise.get_state_display().lower()}.")
        return promise
    if not note and not in_contact:
        raise Invalid("Say in a few words how it was kept, or why it was not.")
    at = _settled_at(promise, on)
    state = State.BROKEN if not kept else State.KEPT if at <= promise.due_by else State.LATE
    evidence = Evidence.CONTACT if in_contact else Evidence.NOTE
    return settle(promise, state=state, at=at, evidence=evidence, note=note, member=member)


@transaction.atomic
def withdraw_promise(*, member: Member, promise_id: int, note: str) -> Promise:
    """Take a promise back that nobody expects any more; the note says why."""
    promise = locked(member.programme, promise_id)
    note = redaction.clean(note.strip())
    if promise.state == State.WITHDRAWN:
        return promise
    if not promise.is_open:
        raise Conflict(f"This promise is settled already: {promise.get_state_display().lower()}.")
    if not note:
        raise Invalid("Say why it is taken back.")
    return settle(promise, state=State.WITHDRAWN, at=clock.now(), evidence=Evidence.NOTE, note=note, member=member)


@transaction.atomic
def hand_promise(*, member: Member, promise_id: int, keeper: Keeper) -> Promise:
    """Have somebody else keep an open promise; they are warned anew."""
    promise = locked(member.programme, promise_id)
    if not promise.is_open:
        raise Conflict("This promise is settled already.")
    if (promise.keeper, promise.keeping_team) == (keeper.member, keeper.team):
        return promise
    set_keeper(promise, keeper)
    promise.warned_at = None
    promise.save(update_fields=["keeper", "keeping_team", "warned_at"])
    announce(
        PromiseHanded(promise=str(promise.public_id), keeper=keeper.code),
        programme=member.programme,
        subject=promise.customer.public_id,
        actor=actor_of(member),
        audience=audience_of(promise),
    )
    return promise


@transaction.atomic
def settle_by_system(*, programme: Programme, promise_id: int, kept: bool) -> Promise:
    """Say that what the system promised came about, or cannot; nothing happens where it is settled already."""
    promise = locked(programme, promise_id)
    if promise.is_open:
        now = clock.now()
        state = State.BROKEN if not kept else State.KEPT if now <= promise.due_by else State.LATE
        settle(promise, state=state, at=now, evidence=Evidence.EVENT)
    return promise


def locked(programme: Programme, promise_id: int) -> Promise:
    """Return a promise of the programme, locked until the commit."""
    found = Promise.objects.select_for_update(of=("self",)).select_related("customer", "programme")
    promise = found.filter(pk=promise_id, programme=programme).first()
    if promise is None:
        raise NotFound
    return promise


def audience_of(promise: Promise) -> list[str]:
    """Return the live channels of who keeps a promise."""
    if promise.keeper_id:
        return [f"member:{promise.keeper_id}"]
    team = promise.keeping_team
    return [f"member:{pk}" for pk in team.members.values_list("pk", flat=True)] if team else []


def _settled_at(promise: Promise, on: date | None) -> datetime:
    now = clock.now()
    if on is None or on == today_of(promise.programme):
        return now
    at = noon(promise.programme, due(promise.programme, on).on)
    if on == promise.due_on:
        at = min(at, promise.due_by)
    if at > now:
        raise Invalid("It cannot have been kept on a day that is still to come.")
    if on < promise.made_at.astimezone(promise.programme.zone).date():
        raise Invalid("It cannot have been kept before it was promised.")
    return at


def settle(
    promise: Promise,
    *,
    state: State,
    at: datetime,
    evidence: Evidence,
    note: str = "",
    member: Member | None = None,
) -> Promise:
    """Settle a locked promise that is open, by this evidence."""
    if len(note) > LONGEST or "\x00" in note:
        raise Invalid("Keep the note under 300 characters.")
    promise.state, promise.settled_at, promise.settled_by = state, at, member
    promise.evidence, promise.note = evidence, note
    promise.save(update_fields=["state", "settled_at", "settled_by", "evidence", "note"])
    announce(
        PromiseSettled(promise=str(promise.public_id), state=state, evidence=evidence),
        programme=promise.programme,
        subject=promise.customer.public_id,
        actor=actor_of(member) if member else "system",
    )
    return promise
