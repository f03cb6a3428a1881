"""What this module announces; the subject is the contact."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class GuideBegun:
    """A contact began with this version of a guide."""

    name: ClassVar[str] = "guide.begun"
    guide: str
    version: int


@dataclass(frozen=True)
class StepTicked:
    """A step of the guide was done."""

    name: ClassVar[str] = "guide.ticked"
    step: str


@dataclass(frozen=True)
class StepUnticked:
    """A tick was taken back."""

    name: ClassVar[str] = "guide.unticked"
    step: str


@dataclass(frozen=True)
class GuideClosed:
    """The contact was wrapped up with ``covered`` of ``required`` touch points; ``because`` says why not all."""

    name: ClassVar[str] = "guide.closed"
    required: int
    covered: int
    because: str


@dataclass(frozen=True)
class GuidePublished:
    """A new version of a guide is live; the subject is the programme."""

    name: ClassVar[str] = "guide.published"
    guide: str
    version: int
