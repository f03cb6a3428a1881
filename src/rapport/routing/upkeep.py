"""What only the router does, on every turn: offers that ran out, reps that vanished, and new assignments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.accounts.clearance import standing
from rapport.accounts.roles import Right
from rapport.contacts import actions as contacts
from rapport.contacts.access import lock_contact
from rapport.contacts.queries import call_ids_going_on, contact_ids_in_wrap_up, held_by, waiting_in
from rapport.kit import clock
from rapport.routing import permits, presence
from rapport.routing.actions import (
    abandon,
    end_conversation,
    end_offer,
    miss_offer,
    offer_locked,
    withdraw_offer,
)
from rapport.routing.floor_state import is_ours
from rapport.routing.models import Doing, Offer, Presence
from rapport.routing.offering import ACTOR
from rapport.routing.preferred import forget
from rapport.routing.queries import hours_in
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

FORGOTTEN_AFTER = timedelta(hours=12)


def expired_offers(programme: Programme) -> list[tuple[int, int]]:
    """Return the offers that ran out, each with its contact."""
    expired = Offer.objects.filter(programme=programme, ended_at__isnull=True, expires_at__lte=clock.now())
    return list(expired.order_by("contact_id").values_list("pk", "contact_id"))


@transaction.atomic
def end_expired_offer(expired: tuple[int, int]) -> bool:
    """Put the contact of an offer that ran out back to its old place; its rep is not responding."""
    offer_id, contact_id = expired
    found = offer_locked(lock_contact(contact_id))
    if found is None or found[0].pk != offer_id:
        return False
    miss_offer(*found, actor=ACTOR)
    return True


def unpermitted_offers(programme: Programme) -> list[tuple[int, int]]:
    """Return the offers that ring at who has no permit for them any more, each with its contact."""
    rows = Offer.objects.select_related("contact__reason", "member").filter(
        programme=programme, ended_at__isnull=True
    )
    ringing = list(rows.order_by("contact"))
    missing = permits.missing_in(programme, [(one.contact, one.member) for one in ringing])
    return [(one.pk, one.contact_id) for one, name in zip(ringing, missing, strict=True) if name]


@transaction.atomic
def withdraw_unpermitted(found: tuple[int, int]) -> bool:
    """End such an offer without fault of the rep; its contact is back at its old place, or stays where it is."""
    offer_id, contact_id = found
    contact = lock_contact(contact_id)
    ringing = offer_locked(contact)
    if ringing is None or ringing[0].pk != offer_id or not permits.missing(contact, ringing[0].member):
        return False
    offer, held = ringing
    forget(contact, member=offer.member)
    end_offer(offer, Offer.Result.WITHDRAWN, contact, actor=ACTOR, why="no_permit")
    presence.follow_hand(held, actor=ACTOR)
    return True


def lost_reps(programme: Programme) -> list[int]:
    """Return the reps on the floor whose desk has gone silent."""
    silent_since = clock.now() - timedelta(seconds=programme.rep_lost_after_seconds)
    lost = Presence.objects.filter(programme=programme, seen_at__lt=silent_since).exclude(doing=Doing.OFFLINE)
    return list(lost.order_by("member_id").values_list("member_id", flat=True))


def release_lost_rep(programme: Programme, member_id: int) -> bool:
    """Take a rep whose desk has gone silent off the floor; what they held goes back to its old place."""
    silent_since = clock.now() - timedelta(seconds=programme.rep_lost_after_seconds)
    return take_off_floor(member_id, silent_since=silent_since, why="rep_lost")


def uncleared(programme: Programme, *, shut_out: UUID | None = None) -> list[int]:
    """Return who is on the floor and may not take contacts now, the person ``shut_out`` by hand among them."""
    now, found = clock.now(), []
    for one in presence.on_floor(programme):
        member = one.member
        if member.user.public_id == shut_out or not member.may(Right.TAKE_CONTACTS) or standing(member, now=now):
            found.append(member.pk)
    return found


def release_uncleared(member_id: int) -> bool:
    """Take a rep who may not take contacts off the floor; says whether they were on it."""
    return take_off_floor(member_id, silent_since=clock.now(), why="clearance_lapsed")


def take_off_floor(member_id: int, *, silent_since: datetime, why: str) -> bool:
    """Take a rep who has not been heard of after ``silent_since`` off the floor, from when they were last seen.

    Their chats go back to their old places, an offer to them is withdrawn, wrap-ups wait for their return.
    Returns whether they were on the floor.
    """
    found = (
        Presence.objects.select_related("member__user", "member__programme").filter(member_id=member_id).first()
    )
    if found is None:
        return False
    while True:
        try:
            return _take_off(found.member, silent_since=silent_since, why=why)
        except _GotMore:
            continue


class _GotMore(Exception):
    """The rep was given something between the look at what is in hand and the lock."""


@transaction.atomic
def _take_off(member: Member, *, silent_since: datetime, why: str) -> bool:
    locked_contacts = [lock_contact(pk) for pk in sorted(_contacts_of(member))]
    gone = presence.locked(member)
    if gone.seen_at > silent_since or gone.doing == Doing.OFFLINE:
        return False  # came back between the look and the lock
    if not _contacts_of(member) <= {one.pk for one in locked_contacts}:
        raise _GotMore  # contacts are locked before presences, so it begins again
    presence.move(gone, Doing.OFFLINE, actor=ACTOR, at=gone.seen_at)
    for contact in locked_contacts:
        if contact.state == "active" and contact.rep_id == member.pk and is_ours(contact):
            contacts.return_to_queue(contact, why=why, actor=ACTOR, at=gone.seen_at)
            presence.wake_router(contact.programme_id, contact=contact.pk)
        elif contact.state == "wrap_up":
            contacts.stop_wrap_up_clock(contact, at=gone.seen_at)
        else:
            withdraw_offer(contact, actor=ACTOR, to=gone.member)
    return True


def _contacts_of(member: Member) -> set[int]:
    """Return the contacts that the member has in hand, or that ring at them."""
    offered = Offer.objects.filter(member=member, ended_at__isnull=True).values_list("contact_id", flat=True)
    return {*offered, *(one.pk for one in held_by(member))}


def forgotten_wrap_ups(programme: Programme) -> list[int]:
    """Return the contacts that nobody wrapped up within half a day."""
    return contact_ids_in_wrap_up(programme, ended_before=clock.now() - FORGOTTEN_AFTER)


@transaction.atomic
def close_forgotten_wrap_up(contact_id: int) -> bool:
    """Close a contact that nobody wrapped up, without an outcome; says whether it was still open."""
    contact = lock_contact(contact_id)
    if contact.state != "wrap_up":
        return False
    contacts.close(contact, actor=ACTOR, disposition=None, resolved=None)
    if contact.rep is not None:
        presence.follow_hand(presence.locked(contact.rep), actor=ACTOR)
    return True


def forgotten_calls(programme: Programme) -> list[int]:
    """Return the calls whose hangup was not told for half a day."""
    return call_ids_going_on(programme, since_before=clock.now() - FORGOTTEN_AFTER)


@transaction.atomic
def end_forgotten_call(contact_id: int) -> bool:
    """End a call whose hangup was never told at the last moment known of it; says whether it went on."""
    call = lock_contact(contact_id)
    last_known = call.answered_at or call.queued_at or call.arrived_at
    if call.state == "active":
        end_conversation(call, by="forgotten", actor=ACTOR, at=last_known)
        return True
    if call.state in ("arrived", "waiting"):
        abandon(call, actor=ACTOR, at=last_known)
        return True
    return False


def due_to_overflow(programme: Programme) -> list[tuple[int, str, str]]:
    """Return the contacts that have waited too long for their queue: id, its key, and that of the next one.

    They stay while the next one is closed.
    """
    plan = plan_in_force(programme).plan
    queues = plan.queues
    soonest = min((rules.overflow.after_seconds for rules in queues.values() if rules.overflow), default=None)
    if soonest is None:
        return []
    now = clock.now()
    nexts = {rules.overflow.to for rules in queues.values() if rules.overflow}
    closed = {key for key in nexts if (hours := hours_in(plan, key, programme.zone)) and not hours.is_open(now)}
    return [
        (one.pk, one.queue, rules.overflow.to)
        for one in waiting_in(programme, placed_until=now - timedelta(seconds=soonest))
        if is_ours(one)
        and (rules := queues.get(one.queue))
        and rules.overflow
        and rules.overflow.to not in closed
        and (now - (one.placed_at or one.arrived_at)).total_seconds() >= rules.overflow.after_seconds
    ]


@transaction.atomic
def overflow(due: tuple[int, str, str]) -> bool:
    """Let a contact stand in the next queue, at its old place; says whether it still waited in the one before."""
    contact_id, queue, to = due
    contact = lock_contact(contact_id)
    if contact.state != "waiting" or contact.queue != queue:
        return False
    contacts.move(contact, queue=to, why="overflow", actor=ACTOR)
    presence.wake_router(contact.programme_id, contact=contact.pk)
    return True
