"""What reps have in hand, and whether one of them may be offered one more contact.

It is decided here alone: for the floor that the policy sees, for the router's second look under locks, and for a
colleague who is asked to take over. A contact that is wrapped up counts as one in hand until that is done, unless
its rep was lost meanwhile: such a wrap-up waits for their return and keeps nothing from them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapport.accounts.clearance import standing
from rapport.contacts.queries import in_hands
from rapport.kit import clock
from rapport.routing.explain import in_hand
from rapport.routing.models import Doing, Offer, Presence
from rapport.routing.routes import capacity_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.routing.plan.rules import Plan

TAKING = (Doing.AVAILABLE, Doing.ON_CONTACT, Doing.WRAP_UP)


@dataclass(slots=True)
class Hand:
    """What one rep has in hand: how many contacts by channel, those being wrapped up among them."""

    handling: Counter[str] = field(default_factory=Counter)
    talks: bool = False
    wraps_up: bool = False
    rings: bool = False

    @property
    def doing(self) -> Doing | None:
        """What a rep does who has this in hand; None: nothing keeps them."""
        if self.talks:
            return Doing.ON_CONTACT
        if self.wraps_up:
            return Doing.WRAP_UP
        return Doing.RESERVED if self.rings else None


def hands_in(programme_id: int, *, members: Collection[int] | None = None) -> defaultdict[int, Hand]:
    """Return what reps of the programme (all, or these) have in hand, by the rep's id, in two queries."""
    hands: defaultdict[int, Hand] = defaultdict(Hand)
    for rep_id, channel, is_over in in_hands(programme_id, reps=members):
        hand = hands[rep_id]
        hand.handling[channel] += 1
        hand.talks, hand.wraps_up = hand.talks or not is_over, hand.wraps_up or is_over
    ringing = Offer.objects.filter(programme=programme_id, ended_at__isnull=True)
    if members is not None:
        ringing = ringing.filter(member__in=members)
    for rep_id in ringing.values_list("member_id", flat=True):
        hands[rep_id].rings = True
    return hands


def hand_of(member: Member) -> Hand:
    """Return what the member has in hand."""
    return hands_in(member.programme_id, members=[member.pk])[member.pk]


def takes(held: Presence, hand: Hand, plan: Plan) -> bool:
    """Say whether a rep may be offered anything now: they chose to take contacts and are cleared for them,
    nothing rings at them, and no wrap-up is in the way. What of, the limits by channel say."""
    return (
        held.doing in TAKING
        and held.after == Doing.AVAILABLE
        and not hand.rings
        and (plan.capacity.during_wrap_up or not hand.wraps_up)
        and not standing(held.member, now=clock.now())
    )


def has_room(held: Presence, hand: Hand, plan: Plan, channel: str) -> bool:
    """Say whether a rep may be offered one more contact of the channel now.

    Asked under the presence's lock it holds until that is given up: nobody else gives the rep anything meanwhile.
    """
    return takes(held, hand, plan) and capacity_of(plan).hindrance(hand.handling, channel) is None


def room_in_words(hand: Hand, plan: Plan) -> str:
    """Say how many contacts of each channel are in hand of how many: "1 of 2 chats"."""
    limits = capacity_of(plan).limits
    told = ((channel, count, limits.get(channel, 1)) for channel, count in sorted(hand.handling.items()))
    return ", ".join(f"{count} of {most} {in_hand(channel, most)}" for channel, count, most in told)
