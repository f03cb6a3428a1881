"""Reads of routing: offers, places in line and how long they may take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache

from rapport.contacts import queries as contacts
from rapport.kit import clock
from rapport.routing.head_start import effective_places
from rapport.routing.models import Doing, Offer, Presence, Proficiency
from rapport.routing.plan.rules import Wait
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact

RECENTLY = timedelta(hours=1)
KEPT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Place:
    """Where a waiting contact stands: its place from 1, the estimated wait in seconds where known, and what the
    plan says is told of it."""

    position: int
    wait_seconds: float | None
    told: Wait


def open_offer_to(member: Member) -> Offer | None:
    """Return the contact being offered to the member now."""
    return (
        Offer.objects.select_related("contact__customer__segment", "contact__reason")
        .filter(member=member, ended_at__isnull=True, expires_at__gt=clock.now())
        .first()
    )


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


def place_of(contact: Contact) -> Place:
    """Return a waiting contact's place and the wait to expect.

    The estimate is place times mean handle time of the past hour, divided by the reps on the floor who take
    contacts (each of them frees up once per handle time; a floor in steady state).
    """
    plan = plan_in_force(contact.programme).plan
    waiting = [one for one in contacts.waiting_in(contact.programme) if one.queue == contact.queue]
    places = effective_places(contact.programme, plan.priority, waiting)
    waiting.sort(key=lambda one: (places[one.pk], one.pk))
    position = next((n for n, one in enumerate(waiting, 1) if one.pk == contact.pk), len(waiting) + 1)
    working = Presence.objects.filter(
        programme=contact.programme,
        doing__in=[Doing.AVAILABLE, Doing.RESERVED, Doing.ON_CONTACT, Doing.WRAP_UP],
    ).count()
    handle = _usual_handle_seconds(contact.programme)
    known = handle is not None and working > 0
    rules = plan.queues.get(contact.queue)
    return Place(
        position,
        position * handle / working if known and handle is not None else None,
        rules.wait if rules else Wait(),
    )


def _usual_handle_seconds(programme: Programme) -> float | None:
    """Return the mean handle time of the past hour, looked up twice a minute however many customers wait."""
    return cache.get_or_set(
        f"routing:handle:{programme.pk}",
        lambda: contacts.mean_handle_seconds(programme, since=clock.now() - RECENTLY),
        KEPT_SECONDS,
    )


def skills_of(member: Member) -> list[Proficiency]:
    """Return what the person knows, whenever it counts."""
    return list(Proficiency.objects.filter(member=member).order_by("skill"))
