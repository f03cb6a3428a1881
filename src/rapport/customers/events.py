"""What this module announces."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class CustomerChanged:
    """Somebody brought the file up to date."""

    name: ClassVar[str] = "customer.changed"
    before: dict[str, str]
    after: dict[str, str]


@dataclass(frozen=True)
class PromiseMade:
    """A promise to the customer was recorded."""

    name: ClassVar[str] = "promise.made"
    promise: str
    due_on: str


@dataclass(frozen=True)
class PromiseSettled:
    """A promise was kept or broken."""

    name: ClassVar[str] = "promise.settled"
    promise: str
    kept: bool
