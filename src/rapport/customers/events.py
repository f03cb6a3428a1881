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
class PromiseMade:
    """A promise to the customer was recorded."""

    name: ClassVar[str] = "promise.made"
    promise: Code
    due_on: Code


@dataclass(frozen=True)
class PromiseSettled:
    """A promise was kept or broken."""

    name: ClassVar[str] = "promise.settled"
    promise: Code
    kept: bool


@dataclass(frozen=True)
class CustomerRevealed:
    """Somebody was shown a masked value of the customer in hand; ``again``: not the first time in this contact."""

    name: ClassVar[str] = "customer.revealed"
    field: Code
    reason: Code
    contact: Code
    again: bool
