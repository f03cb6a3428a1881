"""What the simulated people can see: the floor at one instant, read with a few queries."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rapport.contacts import queries as contacts
from rapport.demo.topics import BY_KEY, TOPICS, Topic
from rapport.kit import clock
from rapport.kit.errors import DomainError
from rapport.kit.walls import inside
from rapport.routing import presence
from rapport.routing import queries as routing

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact
    from rapport.routing.models import Offer, Presence

log = logging.getLogger("rapport.demo")

CHAT_MARK = "de300001"  # how the client ids of simulated customers begin
CALL_MARK = "demo-"


@dataclass(frozen=True)
class View:
    """The floor at ``now`` (epoch seconds): presences and contacts in hand by member, who waits, open offers."""

    now: float
    programme: Programme
    crew: dict[int, Member]
    presences: dict[int, Presence]
    waiting: list[Contact]
    in_hand: dict[int, list[Contact]]
    offers: dict[int, Offer]

    @cached_property
    def free(self) -> list[Presence]:
        """Simulated reps who are available, the longest idle first."""
        return [one for one in self.presences.values() if one.doing == "available" and one.member_id in self.crew]

    @cached_property
    def with_reps(self) -> list[tuple[int, Contact]]:
        """Every contact in hand, with the rep's key."""
        return [(member, one) for member, held in self.in_hand.items() for one in held]

    @cached_property
    def people_waiting(self) -> list[Presence]:
        """Real reps who are available and wait for a contact."""
        available = (one for one in self.presences.values() if one.doing == "available")
        return [one for one in available if one.member_id not in self.crew]


def look(programme: Programme, crew: dict[int, Member]) -> View:
    """Read the floor; ``crew`` are the simulated reps by key."""
    with inside(programme.pk):
        return View(
            now=clock.now().timestamp(),
            programme=programme,
            crew=crew,
            presences={one.member_id: one for one in presence.on_floor(programme)},
            waiting=contacts.waiting_in(programme),
            in_hand=contacts.in_hand_in(programme),
            offers={offer.member_id: offer for offer in routing.open_offers_in(programme).values()},
        )


def politely(programme: Programme, act: Callable[..., object], *whom: object) -> None:
    """Take somebody's step inside the programme; where somebody else was quicker, or it may not be, leave it."""
    try:
        with inside(programme.pk):
            act(*whom)
    except DomainError as refusal:
        log.debug("not now: %s", refusal)


def is_simulated(contact: Contact) -> bool:
    """Say whether the customer of this contact is one of ours."""
    mark = contact.external_id or ""
    return mark.startswith((f"chat:{CHAT_MARK}", f"call:{CALL_MARK}"))


def topic_of(contact: Contact) -> Topic:
    """Return what the contact is about; one of ours at random where nobody said."""
    if contact.reason is not None and contact.reason.key in BY_KEY:
        return BY_KEY[contact.reason.key]
    return TOPICS[contact.pk % len(TOPICS)]
