"""What this module announces, in the programme where people practise. Words are not told.

The subject of ``practice.begun`` and ``practice.ended`` is the contact, of ``practice.set_up`` the programme.
"""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class PracticeSetUp:
    """What people practise with was copied from the programme that they practise for."""

    name: ClassVar[str] = "practice.set_up"
    guides: int
    entries: int
    scorecards: int


@dataclass(frozen=True)
class PracticeBegun:
    """A rep began to practise with a customer who is made up."""

    name: ClassVar[str] = "practice.begun"
    rep: Code
    persona: Code
    reason: Code


@dataclass(frozen=True)
class PracticeEnded:
    """The made-up customer said their last word: they stayed or left."""

    name: ClassVar[str] = "practice.ended"
    rep: Code
    persona: Code
    outcome: Code
