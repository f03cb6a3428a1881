"""What this module announces; the subject is the replay."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class ReplayAsked:
    """Somebody wants past days played again by other plans."""

    name: ClassVar[str] = "replay.asked"
    first_day: Code
    last_day: Code
    contacts: int
    plans: int


@dataclass(frozen=True)
class ReplayEnded:
    """A replay is over: done, failed or called_off."""

    name: ClassVar[str] = "replay.ended"
    state: Code
