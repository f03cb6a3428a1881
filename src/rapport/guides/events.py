"""What this module announces; the subject is the contact, of the library the entry."""

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


@dataclass(frozen=True)
class LibrarySaved:
    """A version of an entry was put on file; version 1 makes the entry."""

    name: ClassVar[str] = "library.saved"
    kind: Code
    key: Code
    version: int


@dataclass(frozen=True)
class LibrarySubmitted:
    """A version was handed in to be approved."""

    name: ClassVar[str] = "library.submitted"
    kind: Code
    key: Code
    version: int


@dataclass(frozen=True)
class LibraryReturned:
    """A version that was handed in is a draft again."""

    name: ClassVar[str] = "library.returned"
    kind: Code
    key: Code
    version: int


@dataclass(frozen=True)
class LibraryApproved:
    """A version was approved by somebody who did not write it."""

    name: ClassVar[str] = "library.approved"
    kind: Code
    key: Code
    version: int


@dataclass(frozen=True)
class LibraryPublished:
    """A version is live from an instant on; null: it was called off before."""

    name: ClassVar[str] = "library.published"
    kind: Code
    key: Code
    version: int
    live_from: Code | None


@dataclass(frozen=True)
class LibraryWithdrawn:
    """An entry is live to nobody any more."""

    name: ClassVar[str] = "library.withdrawn"
    kind: Code
    key: Code


@dataclass(frozen=True)
class LibraryKept:
    """An entry has another owner, or another day by which it is to be reviewed."""

    name: ClassVar[str] = "library.kept"
    kind: Code
    key: Code
    review_on: Code


@dataclass(frozen=True)
class LibraryOverdue:
    """The day by which an entry was to be reviewed has passed."""

    name: ClassVar[str] = "library.overdue"
    kind: Code
    key: Code
    review_on: Code


@dataclass(frozen=True)
class LibraryUsed:
    """A rep used the words of a version on a contact, which is the subject."""

    name: ClassVar[str] = "library.used"
    kind: Code
    key: Code
    version: int
