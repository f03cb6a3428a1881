"""What this module announces; the subject is the contact."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class GuideBegun:
    """A contact began with this version of a guide."""

    name: ClassVar[str] = "guide.begun"
    guide: Code
    version: int


@dataclass(frozen=True)
class StepTicked:
    """A step of the guide was done."""

    name: ClassVar[str] = "guide.ticked"
    step: Code


@dataclass(frozen=True)
class StepUnticked:
    """A tick was taken back."""

    name: ClassVar[str] = "guide.unticked"
    step: Code


@dataclass(frozen=True)
class GuideClosed:
    """The contact was wrapped up with ``covered`` of ``required`` touch points."""

    name: ClassVar[str] = "guide.closed"
    required: int
    covered: int


@dataclass(frozen=True)
class GuidePublished:
    """A new version of a guide is live; the subject is the programme."""

    name: ClassVar[str] = "guide.published"
    guide: Code
    version: int
