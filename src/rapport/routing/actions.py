"""Writes of routing: queueing, offers, and the steps of a contact that also move its rep's presence."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.contacts import actions as contacts
from rapport.contacts.access import access_in_hand, lock_contact
from rapport.contacts.queries import open_transfer
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.documents import KEY
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.routing import permits, presence, promised
from rapport.routing.call_back_queries import booked_about, call_back_of
from rapport.routing.events import CallBackEnded, OfferEnded, SkillChanged
from rapport.routing.floor_state import is_ours
from rapport.routing.models import CallBack, Doing, Offer, Preferred, Presence, Proficiency
from rapport.routing.opening import require_open
from rapport.routing.own_reps import has_own_rep
from rapport.routing.preferred import forget, prefer
from rapport.routing.queries import open_offer_of
from rapport.routing.routes import queue_for
from rapport.routing.trials import drawn_for
from rapport.routing.versions import plans_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact


@transaction.atomic
def set_proficiency(
    *,
    member: Member,
    skill: str,
    level: int,
    valid_from: date | None = None,
    valid_until: date | None = None,
    granted_by: str = "",
    actor: str = "command",
) -> None:
    """Say how well a person knows a skill, 1 to 5, and from which day until which; level 0 takes it away.

    ``granted_by`` names what gives the skill, such as a certification, and takes it away by `end_grant`. What a
    person says last counts, and ends with nothing.
    """
    if not re.fullmatch(KEY, skill):
        raise Invalid(f"{skill!r} is no key of a skill: small letters, digits, - and _.")
    if not 0 <= level <= 5:
        raise Invalid("A level is from 1 to 5.")
    if valid_from and valid_until and valid_until < valid_from:
        raise Invalid("The last day is before the first.")
    if level:
        Proficiency.objects.update_or_create(
            member=member,
            skill=skill,
            defaults={
                "programme_id": member.programme_id,
                "level": level,
                "valid_from": valid_from,
                "valid_until": valid_until,
                "granted_by": granted_by,
            },
        )
    else:
        Proficiency.objects.filter(member=member, skill=skill).delete()
    announce(
        SkillChanged(rep=member.agent_id, skill=skill, level=level),
        programme=member.programme,
        subject=member.user.public_id,
        actor=actor,
    )
    presence.wake_router(member.programme_id, member=member.pk)


@transaction.atomic
def end_grant(*, member: Member, granted_by: str, actor: str) -> None:
    """Take away the skills that this gave to a person, because it has lapsed; what people said since stays."""
    if not granted_by:
        raise Invalid("Say what gave the skills.")
    granted = Proficiency.objects.select_for_update().filter(member=member, granted_by=granted_by)
    for one in granted.order_by("skill"):
        set_proficiency(member=member, skill=one.skill, level=0, actor=actor)


@transaction.atomic(savepoint=False)
def enqueue(
    contact: Contact, *, actor: str, queue: str = "", at: datetime | None = None, if_open: bool = False
) -> None:
    """Put an arrived contact at the end of a queue, by the plan where none is named, and wake the router.

    The caller has opened it just now, or holds its lock. ``if_open``: QueueShut where the queue is closed or full.

    Who is back about the same matter goes on with the former contact, with the rep who had it first of all; a
    customer with an own rep has that one first.
    """
    plans, reason = plans_of(contact.programme), contact.reason.key if contact.reason else None
    plan, drawn = plans.in_force.plan, drawn_for(contact, plans) if is_ours(contact) else None
    queue = queue or queue_for(plan, contact.channel, reason)
    if if_open:
        require_open(contact.programme, queue, plan)
    within = plan.queues[queue].answer_within_seconds if queue in plan.queues else None
    contacts.enqueue(contact, queue=queue, plan=drawn, answer_within=within, actor=actor, at=at)
    if is_ours(contact):
        former = contacts.follow_former(contact, within=plan.recontact.within(reason), actor=actor)
        if former is not None and former.rep and not has_own_rep(contact, plan.personal):
            prefer(contact, member=former.rep, why=Preferred.Why.RECONTACT)
    presence.wake_router(contact.programme_id, contact=contact.pk)


@transaction.atomic
def abandon(contact: Contact, *, actor: str, at: datetime | None = None) -> None:
    """Record that the customer left before a rep answered, and free a rep it was offered to."""
    contact = lock_contact(contact.pk)
    one = booked_about(contact) if contact.state == "arrived" else call_back_of(contact, lock=True)
    contacts.abandon(contact, actor=actor, at=at)
    withdraw_offer(contact, actor=actor)
    if one is not None:
        settle_call_back(one, state=CallBack.State.CALLED_OFF, actor=actor)
    presence.wake_router(contact.programme_id, contact=contact.pk)


def offer_locked(contact: Contact, *, to: Member | None = None) -> tuple[Offer, Presence] | None:
    """Return the contact's open offer (only one ``to`` them) and the presence of its rep, locked; None for none.

    The caller holds the contact's lock, so no other offer comes. But a call that reaches the rep ends this one
    under the presence's lock alone, so that only who holds it knows.
    """
    offer = open_offer_of(contact)
    if offer is None or (to is not None and offer.member_id != to.pk):
        return None
    held = presence.locked(offer.member)
    offer = open_offer_of(contact)
    if offer is None:
        return None
    offer.contact = contact
    return offer, held


def withdraw_offer(contact: Contact, *, actor: str, to: Member | None = None) -> None:
    """End the contact's open offer, if any, without fault of the rep (with ``to``: only where it is theirs).

    The caller holds the contact's lock.
    """
    found = offer_locked(contact, to=to)
    if found is None:
        return
    offer, held = found
    end_offer(offer, Offer.Result.WITHDRAWN, contact, actor=actor)
    presence.follow_hand(held, actor=actor)


@transaction.atomic
def accept(*, member: Member, offer_id: UUID) -> Contact:
    """Take the offered contact, from the rep who asked where one did; accepting twice gives the same contact."""
    offer, contact, held = _open_offer(member, offer_id)
    if offer.result == Offer.Result.ACCEPTED and contact.rep_id == member.pk:
        return contact
    if offer.ended_at is not None or offer.expires_at <= clock.now():
        raise Conflict("This contact is no longer offered to you. The next one will ring.")
    if missing := permits.missing(contact, member):
        raise Conflict(f"You have no {missing} any more, which this contact asks for. Somebody else will take it.")
    actor = f"member:{member.pk}"
    before = contact.rep
    if before is not None:
        _take_over(contact, member, actor=actor)
    forget(contact)
    contacts.answer(contact, rep=member, actor=actor)
    end_offer(offer, Offer.Result.ACCEPTED, contact, actor=actor)
    presence.follow_hand(held, actor=actor)
    if before is not None:
        let_go(before, actor=actor)
    return contact


def _take_over(contact: Contact, member: Member, *, actor: str) -> None:
    transfer = open_transfer(contact, to=member)
    if transfer is None:
        raise Conflict("This contact is with somebody else now. The next one will ring.")
    contacts.hand_on(contact, transfer=transfer, actor=actor)


@transaction.atomic
def decline(*, member: Member, offer_id: UUID, because: str) -> None:
    """Hand the offered contact back to its old place; the rep is offered nothing until they choose again."""
    if because not in Offer.Decline.values:
        raise Invalid("Choose from the list why you cannot take it.")
    offer, contact, held = _open_offer(member, offer_id)
    if offer.ended_at is not None:
        return
    actor = f"member:{member.pk}"
    offer.declined_because = because
    offer.save(update_fields=["declined_because"])
    forget(contact, member=member)
    end_offer(offer, Offer.Result.DECLINED, contact, actor=actor, why=because)
    presence.stop_responding(held, actor=actor)


def miss_offer(offer: Offer, held: Presence, *, actor: str) -> None:
    """End an offer that ran out; the caller holds the locks (``offer_locked``)."""
    forget(offer.contact, member=offer.member)
    end_offer(offer, Offer.Result.MISSED, offer.contact, actor=actor)
    presence.stop_responding(held, actor=actor)


@transaction.atomic
def answer_elsewhere(contact: Contact, *, rep: Member | None, actor: str, at: datetime | None = None) -> None:
    """Record that a telephone system connected the contact with a rep, who need not be at a desk here."""
    contact = lock_contact(contact.pk)
    lock_both(contact, rep)
    withdraw_offer(contact, actor=actor)
    contacts.answer(contact, rep=rep, actor=actor, at=at)
    presence.wake_router(contact.programme_id, contact=contact.pk)
    if rep is not None:
        held = presence.locked(rep)
        if held.doing != Doing.OFFLINE:
            _withdraw_offers_to(rep, actor=actor)
            presence.follow_hand(held, actor=actor)


def _withdraw_offers_to(rep: Member, *, actor: str) -> None:
    """End the rep's open offer because a call has reached them. The caller holds the presence's lock, which
    accepting takes too, before it looks at the offer."""
    for offer in Offer.objects.select_related("contact__programme", "contact__rep", "member__user").filter(
        member=rep, ended_at__isnull=True
    ):
        end_offer(offer, Offer.Result.WITHDRAWN, offer.contact, actor=actor)


@transaction.atomic
def end_conversation(contact: Contact, *, by: str, actor: str, at: datetime | None = None) -> None:
    """End the conversation and begin the rep's wrap-up of it; ending it again changes nothing."""
    contact = lock_contact(contact.pk)
    if contact.state in ("wrap_up", "closed"):
        return
    lock_both(contact)
    withdraw_offer(contact, actor=actor)  # to a colleague who was asked to take over
    if (one := call_back_of(contact, lock=True)) is not None:
        settle_call_back(one, state=CallBack.State.REACHED, actor=actor)
    contacts.end(contact, by=by, actor=actor, at=at)
    held = presence.locked(contact.rep) if contact.rep else None
    if held is None or (held.doing == Doing.OFFLINE and contact.channel == "voice"):
        contacts.close(contact, actor=actor, disposition=None, resolved=None, at=at)  # nobody is at a desk here
    else:
        presence.follow_hand(held, actor=actor, at=at)


@transaction.atomic
def finish_wrap_up(
    *, member: Member, contact_id: UUID, disposition: str, resolved: bool, summary: str, value_given: str = ""
) -> Contact:
    """Put the outcome on file and let the rep go on with what else is in hand, or with what comes next."""
    contact = access_in_hand(member, contact_id, lock=True)
    if not summary.strip():
        raise Invalid("Write one line about the contact, so that whoever talks to this customer next knows.")
    contacts.close(
        contact,
        actor=f"member:{member.pk}",
        disposition=contacts.choose_disposition(contact, disposition),
        resolved=resolved,
        summary=summary,
        value_given=value_given,
    )
    presence.follow_hand(presence.locked(member), actor=f"member:{member.pk}")
    return contact


def let_go(rep: Member, *, actor: str) -> None:
    """Let a rep go on whose contact somebody else has now; their part needs no wrap-up."""
    presence.follow_hand(presence.locked(rep), actor=actor)


def lock_both(contact: Contact, rep: Member | None = None) -> None:
    """Lock the presences of a contact's rep, old or new, and of whom it rings at, in their one order."""
    offer = open_offer_of(contact)
    if offer is not None and (rep := rep or contact.rep) is not None:
        presence.locked_together({rep, offer.member})


def settle_call_back(one: CallBack, *, state: CallBack.State, actor: str) -> None:
    """End a call-back; the caller holds its lock or its contact's."""
    one.state = state
    one.save(update_fields=["state"])
    promised.came_to(one)
    announce(
        CallBackEnded(call_back=str(one.public_id), state=state.value),
        programme=one.programme,
        subject=one.about.public_id,
        actor=actor,
        audience=contacts.audience_of(one.about, also=one.owner),
    )


def _open_offer(member: Member, offer_id: UUID) -> tuple[Offer, Contact, Presence]:
    """Return the member's offer, its contact and their presence, all locked in the module's one order."""
    found = Offer.objects.filter(public_id=offer_id, member=member).values_list("contact_id", flat=True).first()
    if found is None:
        raise NotFound
    contact = lock_contact(found)
    held = presence.locked_together({one for one in (contact.rep, member) if one is not None})[member.pk]
    offer = Offer.objects.select_for_update().get(public_id=offer_id)
    return offer, contact, held


def end_offer(offer: Offer, result: Offer.Result, contact: Contact, *, actor: str, why: str | None = None) -> None:
    """End an open offer; the caller holds the locks, and sees to the rep's presence."""
    offer.ended_at, offer.result = clock.now(), result
    offer.save(update_fields=["ended_at", "result"])
    announce(
        OfferEnded(offer=str(offer.public_id), rep=offer.member.agent_id, result=result.value, why=why),
        programme=contact.programme,
        subject=contact.public_id,
        actor=actor,
        audience=contacts.audience_of(contact, also=offer.member),
    )
    presence.wake_router(contact.programme_id, contact=contact.pk)
