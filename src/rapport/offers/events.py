"""What this module announces; the subject of ``leaving`` events is the save attempt.

The subject of ``offer`` events is the contact, or the offer where somebody wrote, approved or published it.
"""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class LeavingOpened:
    """A wish to leave was recognised: ``origin`` is portal, rep or prompt; ``customer`` is their public id."""

    name: ClassVar[str] = "leaving.opened"
    attempt: Code
    origin: Code
    product: Code
    channel: Code
    customer: Code
    contact: Code | None
    jurisdiction: Code
    rules: int | None


@dataclass(frozen=True)
class LeavingReasonSet:
    """Why they want to leave was found out: ``reason`` of the first level, ``detail`` of the second."""

    name: ClassVar[str] = "leaving.reason"
    attempt: Code
    reason: Code
    detail: Code | None


@dataclass(frozen=True)
class LeavingAskedAgain:
    """The customer clearly asked to cancel once more; ``requests`` is how often in all."""

    name: ClassVar[str] = "leaving.asked_again"
    attempt: Code
    requests: int


@dataclass(frozen=True)
class LeavingOfferCounted:
    """An offer was made to somebody who wants to leave: the how manieth of how many that the rules allow."""

    name: ClassVar[str] = "leaving.offer_counted"
    attempt: Code
    offer: Code
    made: int
    most: int


@dataclass(frozen=True)
class LeavingEnded:
    """A wish to leave has an outcome: stayed, left, undecided or withdrawn; with the words and the offer used."""

    name: ClassVar[str] = "leaving.ended"
    attempt: Code
    outcome: Code
    contact: Code | None
    rep: Code | None
    offer: Code | None
    rebuttals: list[Code]
    guide: Code | None
    guide_version: int | None
    offers_made: int


@dataclass(frozen=True)
class LeavingCancelled:
    """The customer has cancelled; ``certificate`` is the reference on theirs, ``by`` customer or rep."""

    name: ClassVar[str] = "leaving.cancelled"
    attempt: Code
    certificate: Code
    by: Code


@dataclass(frozen=True)
class CancellationSettled:
    """What the partner's side made of a cancellation: done, or failed and in somebody's hands."""

    name: ClassVar[str] = "leaving.settled"
    attempt: Code
    certificate: Code
    state: Code
    tries: int


@dataclass(frozen=True)
class CancelAsked:
    """Somebody we could not make sure of asked to cancel; a rep settles it by ``due_at``. Subject: the request."""

    name: ClassVar[str] = "leaving.asked_unverified"
    reference: Code
    due_at: Code
    contact: Code | None


@dataclass(frozen=True)
class CancelRequestSettled:
    """Such a request was honoured, or was not theirs to make. Subject: the request."""

    name: ClassVar[str] = "leaving.request_settled"
    reference: Code
    state: Code
    on_time: bool


@dataclass(frozen=True)
class LeavingReasonChanged:
    """The list of reasons for leaving was changed: a reason added, renamed or retired. Subject: the programme."""

    name: ClassVar[str] = "leaving.reasons_changed"
    reason: Code
    change: Code


@dataclass(frozen=True)
class FairSaveRulesSaved:
    """Fair-save rules were put on file as a draft. Subject: the programme."""

    name: ClassVar[str] = "fair_saves.saved"
    version: int


@dataclass(frozen=True)
class FairSaveRulesApproved:
    """Fair-save rules came into force, agreed to by a second person. Subject: the programme."""

    name: ClassVar[str] = "fair_saves.approved"
    version: int
    replaces: int | None


@dataclass(frozen=True)
class OfferSaved:
    """A version of an offer was put on file."""

    name: ClassVar[str] = "offer.saved"
    offer: Code
    version: int


@dataclass(frozen=True)
class OfferSubmitted:
    """A version was handed in, to be approved."""

    name: ClassVar[str] = "offer.submitted"
    offer: Code
    version: int


@dataclass(frozen=True)
class OfferReturned:
    """A version that was handed in is a draft again."""

    name: ClassVar[str] = "offer.returned"
    offer: Code
    version: int


@dataclass(frozen=True)
class OfferApproved:
    """A second person approved a version."""

    name: ClassVar[str] = "offer.approved"
    offer: Code
    version: int


@dataclass(frozen=True)
class OfferPublished:
    """A version is live from then on (null: it was called off). ``flagged``: it is better for newcomers."""

    name: ClassVar[str] = "offer.published"
    offer: Code
    version: int
    live_from: Code | None
    flagged: bool


@dataclass(frozen=True)
class OfferWithdrawn:
    """An offer is made to nobody any more."""

    name: ClassVar[str] = "offer.withdrawn"
    offer: Code


@dataclass(frozen=True)
class OfferRulesChanged:
    """How the programme chooses offers was changed. Subject: the programme."""

    name: ClassVar[str] = "offer.rules_changed"
    changes: int


@dataclass(frozen=True)
class OfferChosen:
    """Offers were chosen for a customer: ``offers`` could be drawn, by these ``chances``, or none by ``nothing``.

    ``drawn`` is the one to make first, null for the control; ``shown`` are those on the rep's page, in order;
    ``removed`` could not be made, each by the layer in ``removed_by``.
    """

    name: ClassVar[str] = "offer.chosen"
    choice: Code
    attempt: Code | None
    slot: Code
    control: bool
    policy: Code
    drawn: Code | None
    nothing: float
    offers: list[Code]
    chances: list[float]
    shown: list[Code]
    removed: list[Code]
    removed_by: list[Code]


@dataclass(frozen=True)
class OfferOutcome:
    """Whether a customer was still with the partner, so long after something was sold or given, or nothing was."""

    name: ClassVar[str] = "offer.outcome"
    choice: Code
    slot: Code
    drawn: Code | None
    control: bool
    stuck: bool


@dataclass(frozen=True)
class OfferPresented:
    """A rep made an offer; ``propensity`` is its chance to stand in its place, given those before it."""

    name: ClassVar[str] = "offer.presented"
    presentation: Code
    offer: Code
    version: int
    attempt: Code | None
    propensity: float
    policy: Code


@dataclass(frozen=True)
class OfferTurnedDown:
    """A customer did not want an offer."""

    name: ClassVar[str] = "offer.turned_down"
    presentation: Code
    offer: Code
    version: int
    attempt: Code | None
    why: Code


@dataclass(frozen=True)
class OfferAccepted:
    """A customer accepted an offer; ``cost`` in minor units."""

    name: ClassVar[str] = "offer.accepted"
    presentation: Code
    offer: Code
    version: int
    attempt: Code | None
    cost: int
    currency: Code


@dataclass(frozen=True)
class OfferLeaveAsked:
    """A rep asked for leave to make an offer beyond what they may grant."""

    name: ClassVar[str] = "offer.leave_asked"
    presentation: Code
    offer: Code
    version: int
    attempt: Code | None
    cost: int


@dataclass(frozen=True)
class OfferLeaveAnswered:
    """A supervisor gave that leave, or did not."""

    name: ClassVar[str] = "offer.leave_answered"
    presentation: Code
    offer: Code
    version: int
    attempt: Code | None
    given: bool


@dataclass(frozen=True)
class OfferFulfilled:
    """The partner did what was accepted, so many seconds later."""

    name: ClassVar[str] = "offer.fulfilled"
    presentation: Code
    offer: Code
    version: int
    attempt: Code | None
    tries: int
    seconds: float


@dataclass(frozen=True)
class OfferFailed:
    """The partner refused it, or it failed, or may have been done: somebody has to look."""

    name: ClassVar[str] = "offer.failed"
    presentation: Code
    offer: Code
    version: int
    attempt: Code | None
    tries: int
    state: Code
    http: int | None


@dataclass(frozen=True)
class OfferSentAgain:
    """Somebody had it sent once more."""

    name: ClassVar[str] = "offer.sent_again"
    presentation: Code
    offer: Code
    version: int
    attempt: Code | None
