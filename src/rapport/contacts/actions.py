"""Writes of contacts: each step of a contact's life, once, whoever asks for it.

Every step takes the contact locked (``access.lock_contact`` or ``lock=True``) and refuses with Conflict when the
state has moved on. ``at`` lets an adapter or an import say when it really happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import IntegrityError, transaction

from rapport.contacts.events import (
    ArrivalCorrected,
    CallHeld,
    CallResumed,
    ConsultBegan,
    ConsultEnded,
    ContactAbandoned,
    ContactAnswered,
    ContactArrived,
    ContactClosed,
    ContactEnded,
    ContactFollows,
    ContactIdentified,
    ContactLeft,
    ContactMoved,
    ContactQueued,
    ContactRetold,
    ContactReturned,
    ContactServed,
    ContactTransferred,
    FollowUpRecorded,
    ReasonLearned,
    WrapUpStopped,
)
from rapport.contacts.models import Contact, Disposition, FollowUp, Leg, Reason, State, Transfer
from rapport.contacts.queries import former_of, note_left
from rapport.customers.standing import held
from rapport.events.actions import Happening, announce
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.customers.models import Customer, Segment


class Stretch(NamedTuple):
    """A stretch of a call with one rep (None: nobody of ours); then it went to a queue or a person, or its end."""

    rep: Member | None
    started_at: datetime
    ended_at: datetime | None = None
    queue: str = ""
    to: Member | None = None


def ensure_reason(*, programme: Programme, key: str, name: str = "", is_offered: bool = True) -> Reason:
    """Return the programme's reason with this key, made where missing."""
    reason, _ = Reason.objects.get_or_create(
        programme=programme, key=key, defaults={"name": name or key, "is_offered": is_offered}
    )
    return reason


def ensure_disposition(
    *, programme: Programme, key: str, name: str, reason: Reason | None = None, position: int = 0
) -> Disposition:
    """Return the programme's disposition with this key, made where missing."""
    disposition, _ = Disposition.objects.get_or_create(
        programme=programme, key=key, defaults={"name": name, "reason": reason, "position": position}
    )
    return disposition


@transaction.atomic(savepoint=False)
def arrive(
    *,
    programme: Programme,
    channel: str,
    actor: str,
    address: str = "",
    customer: Customer | None = None,
    reason: Reason | None = None,
    direction: str = "in",
    external_id: str | None = None,
    at: datetime | None = None,
) -> tuple[Contact, bool]:
    """Open a contact; return it and whether it is new. The same ``external_id`` again returns the first one."""
    at = at or clock.now()
    try:
        with transaction.atomic():  # where it is there already, its customer is let go: contacts come first
            customer = held(customer) if customer else None
            contact = Contact.objects.create(
                programme=programme,
                channel=channel,
                direction=direction,
                address=address,
                customer=customer,
                segment=_segment(customer),
                reason=reason,
                external_id=external_id,
                arrived_at=at,
            )
    except IntegrityError:
        if external_id is None:
            raise
        return Contact.objects.get(programme=programme, external_id=external_id), False
    arrived = ContactArrived(
        channel=channel,
        direction=direction,
        customer=str(customer.public_id) if customer else None,
        segment=contact.segment.key if contact.segment else None,
        reason=reason.key if reason else None,
        external_id=external_id,
    )
    _tell(contact, arrived, actor, at)
    return contact, True


def _segment(customer: Customer | None) -> Segment | None:
    """Return the segment that counts for a contact: that of a customer whose data may be used."""
    return customer.segment if customer and customer.is_active else None


def enqueue(
    contact: Contact,
    *,
    queue: str,
    actor: str,
    plan: int | None = None,
    answer_within: int | None = None,
    at: datetime | None = None,
) -> None:
    """Put the contact at the end of a queue: with the plan drawn for it, and the queue's own target in seconds."""
    _require(contact, State.ARRIVED)
    at = at or clock.now()
    contact.state, contact.queue, contact.plan = State.WAITING, queue, plan
    contact.queued_at = contact.placed_at = at
    contact.answer_within_seconds = answer_within
    contact.save(update_fields=["state", "queue", "plan", "queued_at", "placed_at", "answer_within_seconds"])
    _tell(contact, ContactQueued(queue=queue, plan=plan, answer_within=answer_within), actor, at)


def identify(contact: Contact, *, customer: Customer, actor: str) -> None:
    """Say whose contact this is, once known."""
    if contact.customer_id == customer.pk:
        return
    now = held(customer)
    if now is None:
        raise NotFound
    contact.customer, contact.segment = now, _segment(now)
    contact.save(update_fields=["customer", "segment"])
    segment = contact.segment.key if contact.segment else None
    _tell(contact, ContactIdentified(customer=str(now.public_id), segment=segment), actor, None)


def learn_address(contact: Contact, *, address: str) -> None:
    """Keep where the customer is reached, who began without saying it."""
    contact.address = address
    contact.save(update_fields=["address"])


def learn_reason(contact: Contact, *, reason: Reason, actor: str) -> None:
    """Say what the contact is about, once the rep knows better than the customer's choice or the call."""
    _require(contact, State.ACTIVE, State.WRAP_UP)
    if contact.reason_id == reason.pk:
        return
    contact.reason = reason
    contact.save(update_fields=["reason"])
    _tell(contact, ReasonLearned(reason=reason.key), actor, None)


def answer(contact: Contact, *, rep: Member | None, actor: str, at: datetime | None = None) -> Leg:
    """Connect the contact with a rep (None where only a log knows that somebody answered)."""
    _require(contact, State.WAITING, State.ARRIVED)
    at = at or clock.now()
    contact.state, contact.rep = State.ACTIVE, rep
    contact.answered_at = contact.answered_at or at
    contact.queued_at = contact.queued_at or contact.arrived_at
    contact.save(update_fields=["state", "rep", "answered_at", "queued_at"])
    leg = Leg.objects.create(programme=contact.programme, contact=contact, rep=rep, started_at=at)
    _tell(contact, ContactAnswered(rep=rep.agent_id if rep else None), actor, at)
    return leg


def return_to_queue(contact: Contact, *, why: str, actor: str, at: datetime | None = None) -> None:
    """Give the contact back its old place because its rep is gone."""
    _require(contact, State.ACTIVE)
    at = at or clock.now()
    previous = contact.rep
    _end_leg(contact, by=why, at=at, wrapped=True)
    contact.state, contact.rep = State.WAITING, None
    contact.placed_at = contact.placed_at or contact.queued_at or contact.arrived_at
    contact.save(update_fields=["state", "rep", "placed_at"])
    _tell(contact, ContactReturned(why=why), actor, at, also=previous)


def ask_transfer(contact: Contact, *, queue: str, to: Member | None = None, note: str = "") -> Transfer:
    """Put on file that the contact's rep wants to hand it on, with what the next one should know."""
    _require(contact, State.ACTIVE)
    if contact.rep is None:
        raise Conflict("Nobody has this contact in hand, so nobody can hand it on.")
    return Transfer.objects.create(
        programme=contact.programme,
        contact=contact,
        rep=contact.rep,
        to=to,
        queue=queue,
        note=_note(note),
        asked_at=clock.now(),
    )


def _note(text: str) -> str:
    """Return a note for whoever has the contact next as it is kept."""
    note = redaction.clean(text.strip())
    if len(note) > 500:
        raise Invalid("Keep the note under 500 characters.")
    return note


def leave_note(contact: Contact, *, note: str) -> None:
    """Put on file what the rep on a call wants the next one to know, should it be put through."""
    _require(contact, State.ACTIVE)
    open_one = note_left(contact)
    if open_one is None:
        ask_transfer(contact, queue=contact.queue, note=note)
    else:
        open_one.note = _note(note)
        open_one.save(update_fields=["note"])


def consult(contact: Contact, *, to: Member | None, is_on: bool, actor: str, at: datetime) -> None:
    """Say whether the rep on a call asks a colleague on the telephone, who can read the note meanwhile."""
    if contact.state == State.ACTIVE and contact.rep is not None:
        open_one = note_left(contact) or ask_transfer(contact, queue=contact.queue)
        previous, open_one.to = open_one.to, to if is_on else None
        open_one.save(update_fields=["to"])
    else:
        previous = None
    told = ConsultBegan(to=to.agent_id if to else None) if is_on else ConsultEnded()
    _tell(contact, told, actor, at, also=to or previous)


def hold(contact: Contact, *, is_on: bool, actor: str, at: datetime) -> None:
    """Say whether the customer of a call is on hold."""
    _tell(contact, CallHeld() if is_on else CallResumed(), actor, at)


def put_through(contact: Contact, *, queue: str, to: Member | None, actor: str, at: datetime) -> None:
    """Take a call from its rep, as the telephone system did; the note they left goes along. It stands in line."""
    transfer = note_left(contact) if contact.rep else None
    transfer = transfer or Transfer(
        programme=contact.programme, contact=contact, rep=contact.rep, asked_at=clock.now()
    )
    transfer.queue, transfer.to = queue or contact.queue, to
    hand_on(contact, transfer=transfer, actor=actor, at=at)


def retell(contact: Contact, *, stretches: Iterable[Stretch], ended_at: datetime | None, actor: str) -> None:
    """Let a call have gone as is known now, where something was told late; its outcome stays what it was.

    Its former course is taken out of the figures, and told anew from the first answer on.
    """
    was, closed_at = contact.state, contact.closed_at
    ended_at = ended_at or contact.ended_at
    Leg.objects.filter(contact=contact).delete()
    Transfer.objects.filter(contact=contact).update(done_at=None)
    contact.state, contact.rep, contact.transfers = State.WAITING, None, 0
    contact.answered_at = contact.ended_at = contact.closed_at = None
    contact.queued_at = contact.queued_at or contact.arrived_at
    contact.placed_at = contact.placed_at or contact.queued_at
    contact.save()
    _tell(contact, ContactRetold(), actor, None)
    for one in stretches:
        answer(contact, rep=one.rep, actor=actor, at=one.started_at)
        if one.ended_at is not None:
            put_through(contact, queue=one.queue, to=one.to, actor=actor, at=one.ended_at)
    if ended_at is None:
        return
    if contact.state == State.WAITING:
        abandon(contact, actor=actor, at=ended_at)
        return
    end(contact, by="hangup", actor=actor, at=ended_at)
    if was != State.WRAP_UP:
        close(
            contact,
            actor=actor,
            disposition=contact.disposition,
            resolved=contact.resolved,
            summary=contact.summary,
            value_given=contact.value_given,
            at=closed_at or ended_at,
        )


def hand_on(contact: Contact, *, transfer: Transfer, actor: str, at: datetime | None = None) -> None:
    """Take the contact from its rep and put it in line, at the place it had when the customer first asked."""
    _require(contact, State.ACTIVE)
    at, previous = at or clock.now(), contact.rep
    _end_leg(contact, by="transfer", at=at, wrapped=True)
    contact.state, contact.rep, contact.queue = State.WAITING, None, transfer.queue
    contact.placed_at = contact.placed_at or contact.queued_at or contact.arrived_at
    contact.transfers += 1
    contact.save(update_fields=["state", "rep", "queue", "placed_at", "transfers"])
    transfer.done_at = at
    transfer.save()
    told = ContactTransferred(queue=transfer.queue, to=transfer.to.agent_id if transfer.to else None)
    _tell(contact, told, actor, at, also=previous)


def move(contact: Contact, *, queue: str, why: str, actor: str) -> None:
    """Put a waiting contact into another queue; it keeps its place."""
    _require(contact, State.WAITING)
    contact.queue = queue
    contact.save(update_fields=["queue"])
    _tell(contact, ContactMoved(queue=queue, why=why), actor, None)


def follow_former(contact: Contact, *, within: timedelta, actor: str) -> Contact | None:
    """Link the contact to the one it goes on with, where the customer is back about the same reason so soon."""
    former = former_of(contact, within=within)
    if former is not None:
        contact.follows = former
        contact.save(update_fields=["follows"])
        _tell(contact, ContactFollows(former=str(former.public_id)), actor, None)
    return former


def abandon(contact: Contact, *, actor: str, at: datetime | None = None) -> None:
    """Record that the customer left before a rep answered."""
    _require(contact, State.ARRIVED, State.WAITING)
    at = at or clock.now()
    in_queue = contact.state == State.WAITING
    contact.state = State.ABANDONED if in_queue else State.LEFT
    contact.ended_at = contact.closed_at = at
    contact.save(update_fields=["state", "ended_at", "closed_at"])
    _tell(contact, ContactAbandoned() if in_queue else ContactLeft(), actor, at)


def serve(contact: Contact, *, actor: str) -> None:
    """Record that the customer did it alone, and needed nobody."""
    _require(contact, State.ARRIVED)
    contact.state, contact.ended_at = State.SERVED, clock.now()
    contact.closed_at = contact.ended_at
    contact.save(update_fields=["state", "ended_at", "closed_at"])
    _tell(contact, ContactServed(), actor, contact.ended_at)


def correct_arrival(contact: Contact, *, at: datetime, actor: str) -> None:
    """Let a contact have begun earlier, as an event that came late says."""
    if at >= contact.arrived_at:
        return
    contact.arrived_at = at
    if contact.queued_at is not None:
        contact.queued_at = contact.placed_at = at
    contact.save(update_fields=["arrived_at", "queued_at", "placed_at"])
    _tell(contact, ArrivalCorrected(arrived_at=at.isoformat()), actor, None)


def end(contact: Contact, *, by: str, actor: str, at: datetime | None = None) -> None:
    """End the conversation; the rep's wrap-up begins."""
    _require(contact, State.ACTIVE)
    at = at or clock.now()
    _end_leg(contact, by=by, at=at)
    contact.state, contact.ended_at = State.WRAP_UP, at
    contact.save(update_fields=["state", "ended_at"])
    _tell(contact, ContactEnded(by=by), actor, at)


def close(
    contact: Contact,
    *,
    actor: str,
    disposition: Disposition | None,
    resolved: bool | None,
    summary: str = "",
    value_given: str = "",
    at: datetime | None = None,
) -> None:
    """Put the outcome on file."""
    _require(contact, State.WRAP_UP)
    if len(summary) > 500 or len(value_given) > 300:
        raise Invalid("Keep the summary under 500 and what the customer got under 300 characters.")
    at = at or clock.now()
    contact.state, contact.closed_at = State.CLOSED, at
    contact.disposition, contact.resolved = disposition, resolved
    contact.summary, contact.value_given = redaction.clean(summary.strip()), redaction.clean(value_given.strip())
    contact.save(update_fields=["state", "closed_at", "disposition", "resolved", "summary", "value_given"])
    Leg.objects.filter(contact=contact, wrapped_at__isnull=True).update(wrapped_at=at)
    _tell(
        contact,
        ContactClosed(disposition=disposition.key if disposition else None, resolved=resolved),
        actor,
        at,
    )


def stop_wrap_up_clock(contact: Contact, *, at: datetime) -> None:
    """Count no more wrap-up time: the rep is gone, and finishes the wrap-up when they are back."""
    for leg in Leg.objects.select_for_update().filter(contact=contact, wrapped_at__isnull=True):
        leg.wrapped_at = max(at, leg.ended_at or at)
        leg.save(update_fields=["wrapped_at"])
        _tell(contact, WrapUpStopped(), "router", at)


def choose_disposition(contact: Contact, key: str) -> Disposition:
    """Return the disposition with this key if it fits the contact's reason."""
    found = Disposition.objects.filter(programme=contact.programme, key=key).first()
    if found is None or found.reason_id not in (None, contact.reason_id):
        raise Invalid("Choose how the contact went from the list.")
    return found


@transaction.atomic
def follow_up(*, member: Member, contact: Contact, holds: bool | None, comment: str) -> FollowUp:
    """Record a look back at a past contact of a customer whose contact the member holds now."""
    if contact.programme_id != member.programme_id:
        raise NotFound
    comment = redaction.clean(comment.strip())
    if len(comment) > 500 or (holds is None and not comment):
        raise Invalid("Say whether the outcome still holds, or write a comment of up to 500 characters.")
    made = FollowUp.objects.create(
        programme=member.programme,
        contact=contact,
        member=member,
        at=clock.now(),
        holds=holds,
        comment=comment,
    )
    _tell(contact, FollowUpRecorded(holds=holds), f"member:{member.pk}", None)
    return made


def _end_leg(contact: Contact, *, by: str, at: datetime, wrapped: bool = False) -> None:
    leg = Leg.objects.select_for_update().filter(contact=contact, ended_at__isnull=True).first()
    if leg is None:
        return
    leg.ended_at, leg.ended_by = max(at, leg.started_at), by
    if wrapped:
        leg.wrapped_at = leg.ended_at
    leg.save(update_fields=["ended_at", "ended_by", "wrapped_at"])


def _require(contact: Contact, *states: State) -> None:
    if contact.state not in states:
        raise Conflict(f"This contact is {contact.state.replace('_', ' ')} now; reload to see where it is.")


def audience_of(contact: Contact, *, also: Member | None = None) -> list[str]:
    """Return the live channels that follow this contact: the floor, its own page, its rep."""
    reps = {member.pk for member in (contact.rep, also) if member is not None}
    return [
        f"floor:{contact.programme_id}",
        f"contact:{contact.public_id}",
        *(f"member:{pk}" for pk in sorted(reps)),
    ]


def _tell(
    contact: Contact, happening: Happening, actor: str, at: datetime | None, *, also: Member | None = None
) -> None:
    announce(
        happening,
        programme=contact.programme,
        subject=contact.public_id,
        actor=actor,
        audience=audience_of(contact, also=also),
        at=at,
    )
