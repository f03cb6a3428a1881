"""What this module announces. Together these tell a contact's whole life, so that the log can be replayed."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class ContactArrived:
    """A customer reached us; ``customer`` is their public id."""

    name: ClassVar[str] = "contact.arrived"
    channel: Code
    direction: Code
    customer: Code | None
    segment: Code | None
    reason: Code | None
    external_id: Code | None


@dataclass(frozen=True)
class ContactQueued:
    """The customer asked for a person and stands in a queue.

    ``plan``: drawn for it, while a plan is tried; ``answer_within``: the queue's own target in seconds.
    """

    name: ClassVar[str] = "contact.queued"
    queue: Code
    plan: int | None = None
    answer_within: int | None = None


@dataclass(frozen=True)
class ContactIdentified:
    """We learnt who the customer is; ``customer`` is their public id."""

    name: ClassVar[str] = "contact.identified"
    customer: Code
    segment: Code | None


@dataclass(frozen=True)
class ReasonLearned:
    """The rep found out what the contact is about; ``reason`` is its key."""

    name: ClassVar[str] = "contact.reason_learned"
    reason: Code


@dataclass(frozen=True)
class ContactAnswered:
    """A rep took the contact; ``rep`` is the agent id, None where a log does not name one."""

    name: ClassVar[str] = "contact.answered"
    rep: Code | None


@dataclass(frozen=True)
class ContactReturned:
    """The contact went back to its old place in the queue; ``why`` says how it lost its rep."""

    name: ClassVar[str] = "contact.returned"
    why: Code


@dataclass(frozen=True)
class ContactTransferred:
    """A rep handed the contact on, to a queue and perhaps to a person first; it has its old place there."""

    name: ClassVar[str] = "contact.transferred"
    queue: Code
    to: Code | None


@dataclass(frozen=True)
class ConsultBegan:
    """A rep on a call asks a colleague on the telephone (null: somebody who is none of ours)."""

    name: ClassVar[str] = "contact.consult_began"
    to: Code | None


@dataclass(frozen=True)
class ConsultEnded:
    """A rep on a call asks no colleague any more; whether the call was put through is another event."""

    name: ClassVar[str] = "contact.consult_ended"


@dataclass(frozen=True)
class CallHeld:
    """The customer of a call is on hold."""

    name: ClassVar[str] = "contact.held"


@dataclass(frozen=True)
class CallResumed:
    """The customer of a call is off hold."""

    name: ClassVar[str] = "contact.resumed"


@dataclass(frozen=True)
class ContactMoved:
    """A waiting contact was put into another queue, keeping its place; ``why`` is a code, such as overflow."""

    name: ClassVar[str] = "contact.moved"
    queue: Code
    why: Code


@dataclass(frozen=True)
class ContactFollows:
    """The customer is here again about the same reason; ``former`` is the contact that this one goes on with."""

    name: ClassVar[str] = "contact.follows"
    former: Code


@dataclass(frozen=True)
class ArrivalCorrected:
    """An event that came late told that the contact began earlier than we knew."""

    name: ClassVar[str] = "contact.arrival_corrected"
    arrived_at: Code


@dataclass(frozen=True)
class ContactRetold:
    """Something was told late: what was told of answers, transfers and the end counts no more; it follows anew."""

    name: ClassVar[str] = "contact.retold"


@dataclass(frozen=True)
class ContactAbandoned:
    """The customer left while waiting for a person."""

    name: ClassVar[str] = "contact.abandoned"


@dataclass(frozen=True)
class ContactLeft:
    """The customer left before asking for a person."""

    name: ClassVar[str] = "contact.left"


@dataclass(frozen=True)
class ContactServed:
    """The customer did it alone, to the end, and asked for nobody."""

    name: ClassVar[str] = "contact.served"


@dataclass(frozen=True)
class ContactEnded:
    """The conversation ended; wrap-up begins. ``by`` is customer, rep, pbx or import."""

    name: ClassVar[str] = "contact.ended"
    by: Code


@dataclass(frozen=True)
class ContactClosed:
    """Wrap-up is done and the outcome is on file."""

    name: ClassVar[str] = "contact.closed"
    disposition: Code | None
    resolved: bool | None


@dataclass(frozen=True)
class WrapUpStopped:
    """The rep was gone, so wrap-up time stopped counting; the outcome is still to come."""

    name: ClassVar[str] = "contact.wrap_up_stopped"


@dataclass(frozen=True)
class CallsImported:
    """A batch of a log was put on file, long after it happened perhaps: calls of ids from ``first`` to ``last``.

    The subject is the programme; other contacts that came in these moments may have ids between the two.
    """

    name: ClassVar[str] = "calls.imported"
    count: int
    first: Code
    last: Code


@dataclass(frozen=True)
class FollowUpRecorded:
    """A rep looked back at this contact on a later one."""

    name: ClassVar[str] = "contact.followed_up"
    holds: bool | None
