"""What this module announces: the subject is the contact, the entry of the library, or else the programme."""

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
class AloneBegun:
    """A customer began to go through the guide alone."""

    name: ClassVar[str] = "guide.alone_begun"


@dataclass(frozen=True)
class AloneEnded:
    """That ended at this step: ``outcome`` is served (the guide's end), person (asked for one) or left."""

    name: ClassVar[str] = "guide.alone_ended"
    outcome: Code
    step: Code


@dataclass(frozen=True)
class StepTicked:
    """A step of the guide was done: by hand, heard by the machine, or by the customer alone."""

    name: ClassVar[str] = "guide.ticked"
    step: Code
    how: Code


@dataclass(frozen=True)
class StepUnticked:
    """A tick was taken back, or that a step was left out."""

    name: ClassVar[str] = "guide.unticked"
    step: Code


@dataclass(frozen=True)
class StepSkipped:
    """A required touch point was left out by a rep who may, at this level."""

    name: ClassVar[str] = "guide.skipped"
    step: Code
    level: int


@dataclass(frozen=True)
class GuideAnswered:
    """A field of the guide was filled in, or emptied."""

    name: ClassVar[str] = "guide.answered"
    field: Code
    is_known: bool


@dataclass(frozen=True)
class MoodNoticed:
    """Somebody noticed that the customer is upset, or is not any more."""

    name: ClassVar[str] = "guide.mood"
    is_upset: bool


@dataclass(frozen=True)
class TransactionAsked:
    """A do step's transaction is to be sent to the partner's system, or asked about again."""

    name: ClassVar[str] = "guide.transaction_asked"
    step: Code
    connector: Code
    attempt: int


@dataclass(frozen=True)
class TransactionTold:
    """What came of a do step: done, failed or unknown; waiting while it is tried again.

    By hand there is no connector. ``answer`` is done, refused, failed or unknown, ``status`` what it means to the
    guide, ``http`` the last answer's code and ``seconds`` the time since it was asked for.
    """

    name: ClassVar[str] = "guide.transaction"
    step: Code
    status: Code
    connector: Code = ""
    answer: Code = ""
    attempt: int = 0
    tries: int = 0
    http: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class ConnectorSaved:
    """A connector was put on file or changed; ``fields`` are text and secret."""

    name: ClassVar[str] = "connector.saved"
    connector: Code
    fields: list[Code]


@dataclass(frozen=True)
class ConnectorTried:
    """Somebody sent a transaction of a connector to try it; without a code there was no answer."""

    name: ClassVar[str] = "connector.tried"
    connector: Code
    transaction: Code
    status: int | None


@dataclass(frozen=True)
class ConnectorDeleted:
    """A connector was taken away."""

    name: ClassVar[str] = "connector.deleted"
    connector: Code


@dataclass(frozen=True)
class GuideClosed:
    """The contact was wrapped up at the step ``here`` ("end": through), with ``covered`` of ``required`` touch
    points; those that were neither done nor left out with a reason are ``open``."""

    name: ClassVar[str] = "guide.closed"
    required: int
    covered: int
    here: Code
    open: list[Code]


@dataclass(frozen=True)
class GuideSaved:
    """A version of a guide was put on file."""

    name: ClassVar[str] = "guide.saved"
    guide: Code
    version: int


@dataclass(frozen=True)
class GuideSubmitted:
    """A version was given to a second person to look at."""

    name: ClassVar[str] = "guide.submitted"
    guide: Code
    version: int


@dataclass(frozen=True)
class GuideReturned:
    """A version that was submitted or approved is a draft again."""

    name: ClassVar[str] = "guide.returned"
    guide: Code
    version: int


@dataclass(frozen=True)
class GuideApproved:
    """A second person agreed to a version."""

    name: ClassVar[str] = "guide.approved"
    guide: Code
    version: int


@dataclass(frozen=True)
class GuidePlanned:
    """A version will be in force from then on; without a time, that was called off."""

    name: ClassVar[str] = "guide.planned"
    guide: Code
    version: int
    starts_at: Code | None


@dataclass(frozen=True)
class GuidePublished:
    """A version of a guide is in force."""

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


@dataclass(frozen=True)
class GuideRetired:
    """A guide serves no new contact any more, or serves again."""

    name: ClassVar[str] = "guide.retired"
    guide: Code
    is_retired: bool


@dataclass(frozen=True)
class GuideDeleted:
    """A version that was never published was deleted; without a number, the whole guide."""

    name: ClassVar[str] = "guide.deleted"
    guide: Code
    version: int | None


@dataclass(frozen=True)
class WordsProposed:
    """Other words for a step of a guide, or for a rebuttal, were proposed; the subject is the programme."""

    name: ClassVar[str] = "words.proposed"
    trial: int
    guide: Code
    step: Code
    entry: Code


@dataclass(frozen=True)
class WordsTrialBegun:
    """Words are tried beside those in force, as somebody who did not write them agreed to.

    ``key`` is what customers are drawn by, ``share`` that of each of the ``others``, ``metric`` what decides and
    ``least`` the difference worth having; the subject is the programme.
    """

    name: ClassVar[str] = "words.trial_begun"
    trial: int
    guide: Code
    step: Code
    entry: Code
    others: int
    share: float
    key: Code
    ends_at: Code
    metric: Code
    least: float
    units_needed: int


@dataclass(frozen=True)
class WordsTried:
    """Words on trial were before a rep on a contact, which is the subject; 0 are those in force."""

    name: ClassVar[str] = "words.tried"
    trial: int
    variant: int


@dataclass(frozen=True)
class WordsTrialEnded:
    """A trial of words ended: published (``winner`` says which), kept, time_up, or dropped before it began."""

    name: ClassVar[str] = "words.trial_ended"
    trial: int
    result: Code
    winner: int | None
