"""Reads of routing: offers, places in line and how long they may take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Q

from rapport.accounts.roles import Right
from rapport.contacts import queries as contacts
from rapport.kit import clock
from rapport.routing import permits
from rapport.routing.models import Offer, Proficiency
from rapport.routing.plan.checks import calendar_of
from rapport.routing.plan.rules import Plan, QueueRules
from rapport.routing.presence import on_floor
from rapport.routing.room import hand_of, hands_in, has_room, room_in_words
from rapport.routing.routes import queue_for
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact
    from rapport.kit.hours import Calendar

DECLINES: tuple[tuple[str, str], ...] = tuple(Offer.Decline.choices)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody on the floor to whom a contact can be handed, and what they do now."""

    agent_id: str
    name: str
    doing: str
    is_free: bool


@dataclass(frozen=True, slots=True)
class QueueNow:
    """A queue as it stands: how many wait, since when the longest does, when that changes, and what it aims at.

    ``open_until`` and ``opens_at`` are None where that never changes; ``within`` (seconds) and ``share`` are its
    target, or the programme's.
    """

    key: str
    name: str
    waiting: int
    longest_since: datetime | None
    is_open: bool
    open_until: datetime | None
    opens_at: datetime | None
    zone: ZoneInfo
    within: int
    share: float


def colleagues_of(member: Member) -> list[Colleague]:
    """Return who else is on the floor and takes contacts, the free ones first."""
    others = [one for one in on_floor(member.programme) if one.member_id != member.pk]
    plan, hands = plan_in_force(member.programme).plan, hands_in(member.programme_id)
    found = [
        Colleague(
            one.member.agent_id, one.member.name, one.doing, has_room(one, hands[one.member_id], plan, "chat")
        )
        for one in others
        if one.member.may(Right.TAKE_CONTACTS)
    ]
    return sorted(found, key=lambda one: (not one.is_free, one.name))


def queues_for(programme: Programme, channel: str | None = None) -> list[QueueNow]:
    """Return the queues as they stand, of a channel or all, in the order of the plan."""
    waiting = contacts.waiting_in(programme)
    plan = plan_in_force(programme).plan
    return [
        _now(programme, key, rules, waiting, hours_in(plan, key, programme.zone))
        for key, rules in plan.queues.items()
        if channel in (None, rules.channel)
    ]


def _now(
    programme: Programme, key: str, rules: QueueRules, waiting: list[Contact], hours: Calendar | None
) -> QueueNow:
    now = clock.now()
    since = [one.queued_at for one in waiting if one.queue == key and one.queued_at]
    is_open = hours is None or hours.is_open(now)
    return QueueNow(
        key=key,
        name=rules.name,
        waiting=len(since),
        longest_since=min(since, default=None),
        is_open=is_open,
        open_until=hours.open_until(now) if hours and is_open else None,
        opens_at=hours.opens_at(now) if hours and not is_open else None,
        zone=hours.zone if hours else programme.zone,
        within=rules.answer_within_seconds or programme.answer_within_seconds,
        share=programme.answer_target if rules.answer_share is None else rules.answer_share,
    )


def queue_of(contact: Contact) -> str:
    """Return the queue in which the contact stands, or will by the plan in force."""
    return contact.queue or queue_in(plan_in_force(contact.programme).plan, contact)


def queue_in(plan: Plan, contact: Contact) -> str:
    """Return the queue in which the contact stands, or will by the plan."""
    return contact.queue or queue_for(plan, contact.channel, contact.reason.key if contact.reason else None)


def hours_of(programme: Programme, queue: str) -> Calendar | None:
    """Return the hours of a queue by the plan in force; None where it is always open."""
    return hours_in(plan_in_force(programme).plan, queue, programme.zone)


def hours_in(plan: Plan, queue: str, zone: ZoneInfo) -> Calendar | None:
    """Return the hours of a queue by a plan, in its own zone or this one; None where it is always open."""
    rules = plan.queues.get(queue)
    return calendar_of(plan.calendars[rules.calendar], zone) if rules and rules.calendar else None


def open_offer_of(contact: Contact) -> Offer | None:
    """Return the open offer of a contact."""
    return (
        Offer.objects.select_related("member__user", "member__programme")
        .filter(contact=contact, ended_at__isnull=True)
        .first()
    )


def open_offer_to(member: Member) -> Offer | None:
    """Return the contact being offered to the member now."""
    return (
        Offer.objects.select_related("contact__customer__segment", "contact__reason")
        .filter(member=member, ended_at__isnull=True, expires_at__gt=clock.now())
        .first()
    )


def room_of(member: Member) -> str:
    """Return how many contacts the member has in hand of how many, in words: "1 of 2 chats"."""
    return room_in_words(hand_of(member), plan_in_force(member.programme).plan)


def open_offers_in(programme: Programme) -> dict[int, Offer]:
    """Return the open offers by contact."""
    offers = Offer.objects.select_related("member__user").filter(programme=programme, ended_at__isnull=True)
    return {offer.contact_id: offer for offer in offers}


def why_here(contact: Contact) -> str:
    """Return in words why the contact came to its rep; empty for contacts that a telephone system routed."""
    return (
        Offer.objects.filter(contact=contact, result=Offer.Result.ACCEPTED)
        .order_by("-offered_at")
        .values_list("words", flat=True)
        .first()
        or ""
    )


def skill_keys(programme: Programme) -> set[str]:
    """Return every skill there is: those of the plan, and those that somebody has."""
    known = Proficiency.objects.filter(programme=programme).values_list("skill", flat=True).distinct()
    return {*plan_in_force(programme).plan.skills, *known}


def level_of(member: Member, skill: str) -> int:
    """Return the level of a skill that counts for the person now: theirs of today, as far as permits let it.

    0 where they have none.
    """
    today = clock.now().astimezone(member.programme.zone).date()
    rows = Proficiency.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=today),
        Q(valid_until__isnull=True) | Q(valid_until__gte=today),
        member=member,
        skill=skill,
    )
    own = rows.values_list("level", flat=True).first() or 0
    return min(own, permits.free_to(member, skill)) if own else 0


def skills_of(member: Member) -> list[Proficiency]:
    """Return what the person knows, whenever it counts."""
    return list(Proficiency.objects.filter(member=member).order_by("skill"))
