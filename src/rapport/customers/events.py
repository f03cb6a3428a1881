"""What this module announces."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class CustomerChanged:
    """The file was made or brought up to date; what it said before and says now is in the file, not in the log."""

    name: ClassVar[str] = "customer.changed"
    fields: list[Code]


@dataclass(frozen=True)
class ContactBarsChanged:
    """On which channels a customer is not to be contacted now (none: on all they may be), and who said so."""

    name: ClassVar[str] = "customer.contact_bars_changed"
    channels: list[Code]
    source: Code


@dataclass(frozen=True)
class PromiseMade:
    """A promise to the customer was recorded: by whom, about what, where, and who keeps it."""

    name: ClassVar[str] = "promise.made"
    promise: Code
    due_on: Code
    by: Code
    kind: Code
    origin: Code
    product: Code
    keeper: Code


@dataclass(frozen=True)
class PromiseSettled:
    """A promise was kept, kept late, broken or withdrawn, and what shows it."""

    name: ClassVar[str] = "promise.settled"
    promise: Code
    state: Code
    evidence: Code


@dataclass(frozen=True)
class PromiseReopened:
    """The partner's feed corrected what it had said: the promise stands open again."""

    name: ClassVar[str] = "promise.reopened"
    promise: Code


@dataclass(frozen=True)
class PromiseHanded:
    """Somebody else keeps a promise now."""

    name: ClassVar[str] = "promise.handed"
    promise: Code
    keeper: Code


@dataclass(frozen=True)
class PromiseMoved:
    """A promised call-back is to be made at another time."""

    name: ClassVar[str] = "promise.moved"
    promise: Code
    due_by: Code


@dataclass(frozen=True)
class PromiseNearlyDue:
    """Who keeps a promise was warned before it was due."""

    name: ClassVar[str] = "promise.nearly_due"
    promise: Code


@dataclass(frozen=True)
class PromiseOverdue:
    """A promise was not kept by its due instant; supervisors see it."""

    name: ClassVar[str] = "promise.overdue"
    promise: Code


@dataclass(frozen=True)
class PromiseKindChanged:
    """A kind of promises was added, changed, retired or brought back."""

    name: ClassVar[str] = "promise_kind.changed"
    kind: Code
    change: Code


@dataclass(frozen=True)
class SaleTold:
    """The partner told of a sale to the customer, or corrected what it had told."""

    name: ClassVar[str] = "sale.told"
    sale: Code
    product: Code
    seller: Code
    team: Code
    channel: Code
    campaign: Code
    sold_on: Code


@dataclass(frozen=True)
class CustomerRevealed:
    """Somebody was shown a masked value of the customer in hand; ``again``: not the first time in this contact."""

    name: ClassVar[str] = "customer.revealed"
    field: Code
    reason: Code
    contact: Code
    again: bool


@dataclass(frozen=True)
class OwnRepChanged:
    """A customer has another own rep (null: none), and why; the subject is the customer."""

    name: ClassVar[str] = "customer.own_rep_changed"
    rep: Code | None
    before: Code | None
    why: Code


@dataclass(frozen=True)
class BooksChanged:
    """So many customers came to or left the books of these reps; the subject is the programme."""

    name: ClassVar[str] = "books.changed"
    reps: list[Code]
    customers: int


@dataclass(frozen=True)
class StandInsChanged:
    """Who stands in for a rep, the first one first; the subject is the rep."""

    name: ClassVar[str] = "book.stand_ins_changed"
    rep: Code
    stand_ins: list[Code]


@dataclass(frozen=True)
class BookHandedOver:
    """A rep's book is another's from one day to the last (both included); the subject is the rep."""

    name: ClassVar[str] = "book.handed_over"
    rep: Code
    to: Code
    first_day: Code
    last_day: Code


@dataclass(frozen=True)
class HandOverEnded:
    """A hand-over was called off, or ended before its last day; the subject is the rep."""

    name: ClassVar[str] = "book.hand_over_ended"
    rep: Code
    to: Code
