"""What this module announces. The subject is the contact; no page of a customer hears of any of it."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class MonitoringStarted:
    """Somebody (the actor) sits in on a chat."""

    name: ClassVar[str] = "monitoring.started"


@dataclass(frozen=True)
class Whispered:
    """Somebody who sits in wrote to the rep, unseen by the customer."""

    name: ClassVar[str] = "monitoring.whispered"
    characters: int


@dataclass(frozen=True)
class MonitoringJoined:
    """Somebody who sits in joined the conversation; the customer is told."""

    name: ClassVar[str] = "monitoring.joined"


@dataclass(frozen=True)
class MonitoringEnded:
    """Somebody no longer sits in: they left, their page was closed, or the conversation is over."""

    name: ClassVar[str] = "monitoring.ended"
    seconds: int
    left: bool
