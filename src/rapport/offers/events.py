"""What this module announces; the subject of ``leaving`` events is the save attempt."""

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
