"""What thanks announce. The subject is the thanks; of a milestone, the programme."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class KudosGiven:
    """Somebody thanked a rep, with a contact or without."""

    name: ClassVar[str] = "kudos.given"
    rep: Code
    contact: Code | None


@dataclass(frozen=True)
class KudosWithdrawn:
    """Who gave it took it back."""

    name: ClassVar[str] = "kudos.withdrawn"
    rep: Code


@dataclass(frozen=True)
class UncommonConfirmed:
    """Somebody read a contact that rules had found, and said that it was uncommon service; the subject is that."""

    name: ClassVar[str] = "uncommon.confirmed"
    rep: Code
    contact: Code
    rules: list[Code]


@dataclass(frozen=True)
class UncommonTurnedDown:
    """Somebody read a contact that rules had found, and said why it was nothing uncommon; the subject is that."""

    name: ClassVar[str] = "uncommon.turned_down"
    rep: Code
    contact: Code
    rules: list[Code]


@dataclass(frozen=True)
class MilestoneReached:
    """Somebody has been here for so many months."""

    name: ClassVar[str] = "milestone.reached"
    member: Code
    months: int
