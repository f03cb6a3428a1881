"""What this module announces.

The subject of ``scorecard`` and ``sample`` events is the scorecard, of ``selection`` the selection, of
``evaluation`` the evaluation, of ``calibration`` the calibration, of ``recording`` and ``remark`` the contact.
Others' scores are not told to live streams.
"""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class ScorecardSaved:
    """A version of a scorecard was put on file."""

    name: ClassVar[str] = "scorecard.saved"
    scorecard: Code
    version: int


@dataclass(frozen=True)
class ScorecardSubmitted:
    """A version was handed in, to be approved."""

    name: ClassVar[str] = "scorecard.submitted"
    scorecard: Code
    version: int


@dataclass(frozen=True)
class ScorecardReturned:
    """A version that was handed in is a draft again."""

    name: ClassVar[str] = "scorecard.returned"
    scorecard: Code
    version: int


@dataclass(frozen=True)
class ScorecardApproved:
    """A second person approved a version."""

    name: ClassVar[str] = "scorecard.approved"
    scorecard: Code
    version: int


@dataclass(frozen=True)
class ScorecardPublished:
    """A version is live: what is begun from now on is scored by it."""

    name: ClassVar[str] = "scorecard.published"
    scorecard: Code
    version: int


@dataclass(frozen=True)
class ScorecardWithdrawn:
    """Nothing is scored by it any more."""

    name: ClassVar[str] = "scorecard.withdrawn"
    scorecard: Code


@dataclass(frozen=True)
class SampleRuleChanged:
    """Somebody said how many contacts of each rep are drawn, and how often."""

    name: ClassVar[str] = "sample.rule_changed"
    scorecard: Code
    each: int
    every: Code
    asks_self: bool


@dataclass(frozen=True)
class SampleDrawn:
    """The contacts of a period were drawn: of how many contacts of how many reps, and how many."""

    name: ClassVar[str] = "sample.drawn"
    scorecard: Code
    starts_on: Code
    ends_before: Code
    each: int
    reps: int
    contacts: int
    drawn: int


@dataclass(frozen=True)
class SelectionMade:
    """A contact was chosen to be scored for a reason; those drawn at random are told by ``sample.drawn``."""

    name: ClassVar[str] = "selection.made"
    contact: Code
    scorecard: Code
    origin: Code
    rep: Code


@dataclass(frozen=True)
class SelectionPassedOver:
    """A contact that was picked is not scored, and why."""

    name: ClassVar[str] = "selection.passed_over"
    contact: Code
    origin: Code
    why: Code


@dataclass(frozen=True)
class EvaluationSubmitted:
    """An evaluation is in; ``kind`` is self, peer, analyst, supervisor, second or calibration."""

    name: ClassVar[str] = "evaluation.submitted"
    evaluation: Code
    contact: Code
    rep: Code
    form: Code
    version: int
    kind: Code
    is_random: bool
    score_permille: int
    fatal: bool


@dataclass(frozen=True)
class EvaluationAcknowledged:
    """The rep has read the evaluation."""

    name: ClassVar[str] = "evaluation.acknowledged"
    evaluation: Code


@dataclass(frozen=True)
class EvaluationAppealed:
    """The rep asks for a second opinion."""

    name: ClassVar[str] = "evaluation.appealed"
    evaluation: Code


@dataclass(frozen=True)
class EvaluationSettled:
    """A second opinion took the place of the evaluation appealed against."""

    name: ClassVar[str] = "evaluation.settled"
    evaluation: Code
    second: Code
    was_permille: int
    is_permille: int


@dataclass(frozen=True)
class CalibrationOpened:
    """Several people are asked to score one contact unseen."""

    name: ClassVar[str] = "calibration.opened"
    contact: Code
    form: Code
    version: int
    seats: int


@dataclass(frozen=True)
class CalibrationClosed:
    """No more scores are taken; everybody may see them."""

    name: ClassVar[str] = "calibration.closed"
    scores: int


@dataclass(frozen=True)
class RecordingKept:
    """The audio of a contact was put on file: what it came as, why it was allowed, its length, and its pauses."""

    name: ClassVar[str] = "recording.kept"
    recording: Code
    kind: Code
    basis: Code
    seconds: float
    pauses: int


@dataclass(frozen=True)
class RemarkMade:
    """Somebody wrote something at a moment of the contact."""

    name: ClassVar[str] = "remark.made"
    remark: Code


@dataclass(frozen=True)
class RemarkTaken:
    """Somebody took their own remark away."""

    name: ClassVar[str] = "remark.taken"
    remark: Code
