"""What this module announces."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class ContactOffered:
    """The router chose a rep for a contact."""

    name: ClassVar[str] = "contact.offered"
    offer: Code
    rep: Code


@dataclass(frozen=True)
class OfferEnded:
    """An offer was accepted, missed, declined or withdrawn."""

    name: ClassVar[str] = "contact.offer_ended"
    offer: Code
    rep: Code
    result: Code


@dataclass(frozen=True)
class PresenceChanged:
    """A rep does something else now; ``rep`` is the agent id."""

    name: ClassVar[str] = "presence.changed"
    rep: Code
    before: Code
    doing: Code
