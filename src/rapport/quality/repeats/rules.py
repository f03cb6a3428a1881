"""To what a return is laid by what is on file. Pure: what is known goes in, a cause and what shows it come out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why a customer came back."""

    TRAINING = "training"
    ACCESS = "access"
    ROUTING = "routing"
    OTHER_MATTER = "other_matter"
    UNCLEAR = "unclear"


class Sign(StrEnum):
    """What on file shows it."""

    OTHER_REASON = "other_reason"
    WAITS_FOR_PARTNER = "waits_for_partner"
    WAITS_FOR_TEAM = "waits_for_team"
    HANDED_ON = "handed_on"
    OTHER_QUEUE = "other_queue"
    POINTS_OPEN = "points_open"
    SAID_RESOLVED = "said_resolved"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Known:
    """What is on file of two contacts of a customer, the first and the next.

    ``kept_by`` are the keepers (member, team, partner) of promises made on the first; ``points_open`` are required
    touch points that it did not cover.
    """

    first_reason: str | None
    next_reason: str | None
    first_queue: str
    next_queue: str
    transfers: int
    kept_by: frozenset[str]
    points_open: int
    said_resolved: bool | None


def cause_of(known: Known) -> tuple[Cause, Sign]:
    """Return to what a return is laid, and by which sign; the first that applies, in this order.

    Another matter is nobody's fault. What had to come from elsewhere no training mends, and neither does a better
    queue; of a contact that came to the wrong place, the rep it came to is not to blame.
    """
    if known.first_reason and known.next_reason and known.first_reason != known.next_reason:
        return Cause.OTHER_MATTER, Sign.OTHER_REASON
    if "partner" in known.kept_by:
        return Cause.ACCESS, Sign.WAITS_FOR_PARTNER
    if "team" in known.kept_by:
        return Cause.ACCESS, Sign.WAITS_FOR_TEAM
    if known.transfers:
        return Cause.ROUTING, Sign.HANDED_ON
    if known.first_queue and known.next_queue and known.first_queue != known.next_queue:
        return Cause.ROUTING, Sign.OTHER_QUEUE
    if known.points_open:
        return Cause.TRAINING, Sign.POINTS_OPEN
    if known.said_resolved:
        return Cause.TRAINING, Sign.SAID_RESOLVED
    return Cause.UNCLEAR, Sign.NOTHING
