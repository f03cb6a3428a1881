"""What only the router does, on every turn: offers that ran out, reps that vanished, and new assignments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from rapport.accounts import queries as accounts
from rapport.contacts import actions as contacts
from rapport.contacts.access import lock_contact
from rapport.contacts.queries import call_ids_going_on, contact_ids_in_wrap_up, held_by
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.routing import presence
from rapport.routing.actions import abandon, end_conversation, miss_offer, withdraw_offer
from rapport.routing.events import ContactOffered
from rapport.routing.floor_state import read_floor
from rapport.routing.models import Doing, Offer, Presence
from rapport.routing.policy import Assignment, decide

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

ACTOR = "router"
FORGOTTEN_AFTER = timedelta(hours=12)


def turn(programme: Programme) -> int:
    """Take one turn for the programme; return how many offers were made. Safe to repeat at any time."""
    end_expired_offers(programme)
    release_lost_reps(programme)
    return assign(programme)


def end_expired_offers(programme: Programme) -> None:
    """Put contacts whose offer ran out back to their old place; their reps are not responding."""
    expired = Offer.objects.filter(programme=programme, ended_at__isnull=True, expires_at__lte=clock.now())
    for offer_id, contact_id in expired.order_by("contact_id").values_list("pk", "contact_id"):
        with transaction.atomic():
            lock_contact(contact_id)
            offer = (
                Offer.objects.select_related("contact__programme", "member__user")
                .filter(pk=offer_id, ended_at__isnull=True)
                .first()
            )
            if offer is not None:
                miss_offer(offer, actor=ACTOR)


def release_lost_reps(programme: Programme) -> None:
    """Take reps whose desk has gone silent off the floor; what they held goes back to its old place."""
    silent_since = clock.now() - timedelta(seconds=programme.rep_lost_after_seconds)
    lost = Presence.objects.filter(programme=programme, seen_at__lt=silent_since).exclude(doing=Doing.OFFLINE)
    for member_id in list(lost.values_list("member_id", flat=True)):
        take_off_floor(member_id, silent_since=silent_since, why="rep_lost")


@transaction.atomic
def take_off_floor(member_id: int, *, silent_since: datetime, why: str) -> bool:
    """Take a rep who has not been heard of after ``silent_since`` off the floor, from when they were last seen.

    Their chat goes back to its old place, an offer to them is withdrawn, a wrap-up waits for their return.
    Returns whether they were on the floor.
    """
    gone = Presence.objects.select_related("member__user", "programme").filter(member_id=member_id).first()
    if gone is None:
        return False
    offered = Offer.objects.filter(member_id=member_id, ended_at__isnull=True).values_list("contact_id", flat=True)
    contact_ids = sorted({*offered, *(one.pk for one in held_by(gone.member))})
    locked_contacts = [lock_contact(pk) for pk in contact_ids]
    gone = presence.locked(gone.member)
    if gone.seen_at > silent_since or gone.doing == Doing.OFFLINE:
        return False  # came back between the look and the lock
    presence.move(gone, Doing.OFFLINE, actor=ACTOR, at=gone.seen_at)
    for contact in locked_contacts:
        if contact.state == "active" and contact.rep_id == member_id and contact.channel != "voice":
            contacts.return_to_queue(contact, why=why, actor=ACTOR, at=gone.seen_at)
        elif contact.state == "wrap_up":
            contacts.stop_wrap_up_clock(contact, at=gone.seen_at)
        else:
            withdraw_offer(contact, actor=ACTOR)
    presence.wake_router(gone.programme_id)
    return True


def close_forgotten_wrap_ups() -> int:
    """Close contacts that nobody wrapped up within half a day, without an outcome; returns how many."""
    forgotten = contact_ids_in_wrap_up(ended_before=clock.now() - FORGOTTEN_AFTER)
    for contact_id in forgotten:
        with transaction.atomic():
            contact = lock_contact(contact_id)
            if contact.state == "wrap_up":
                contacts.close(contact, actor=ACTOR, disposition=None, resolved=None)
                if contact.rep is not None:
                    held = presence.locked(contact.rep)
                    if held.doing == Doing.WRAP_UP:
                        presence.release(held, actor=ACTOR)
    return len(forgotten)


def end_forgotten_calls() -> int:
    """End calls whose hangup was never told, half a day on, at the last moment known of them; returns how many."""
    forgotten = call_ids_going_on(since_before=clock.now() - FORGOTTEN_AFTER)
    for contact_id in forgotten:
        with transaction.atomic():
            call = lock_contact(contact_id)
            last_known = call.answered_at or call.queued_at or call.arrived_at
            if call.state == "active":
                end_conversation(call, by="forgotten", actor=ACTOR, at=last_known)
            elif call.state in ("arrived", "waiting"):
                abandon(call, actor=ACTOR, at=last_known)
    return len(forgotten)


def assign(programme: Programme) -> int:
    """Let the policy match the floor and write the whole batch of offers in one transaction."""
    floor = read_floor(programme)
    assignments = decide(floor, clock.now().timestamp())
    if not assignments:
        return 0
    names = accounts.member_names(programme, (rep.id for rep in floor.reps))
    with transaction.atomic():
        return sum(_offer(programme, one, names) for one in sorted(assignments, key=lambda a: a.contact))


def _offer(programme: Programme, assignment: Assignment, names: dict[int, str]) -> bool:
    """Reserve the rep for the contact, if both are still as the policy saw them."""
    contact = lock_contact(assignment.contact)
    taken = Q(contact=contact) | Q(member_id=assignment.rep)
    if contact.state != "waiting" or Offer.objects.filter(taken, ended_at__isnull=True).exists():
        return False
    held = (
        Presence.objects.select_for_update(of=("self",))
        .select_related("member__user", "programme")
        .get(member_id=assignment.rep)
    )
    if held.doing != Doing.AVAILABLE:
        return False
    now = clock.now()
    trace = assignment.trace
    offer = Offer.objects.create(
        programme=programme,
        contact=contact,
        member=held.member,
        offered_at=now,
        expires_at=now + timedelta(seconds=programme.offer_seconds),
        words=trace.words(names)[:2000] if trace else "",
        trace=trace.as_dict() if trace else {},
    )
    presence.move(held, Doing.RESERVED, actor=ACTOR)
    announce(
        ContactOffered(offer=str(offer.public_id), rep=held.member.agent_id),
        programme=programme,
        subject=contact.public_id,
        actor=ACTOR,
        audience=contacts.audience_of(contact, also=held.member),
    )
    return True
