"""What this module announces. The subject is the first contact, or the programme where many were found."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class ReturnsFound:
    """Customers were found to have come back, and it was laid to causes by rule."""

    name: ClassVar[str] = "return.found"
    count: int


@dataclass(frozen=True)
class ReturnLaid:
    """A person laid a return to a cause."""

    name: ClassVar[str] = "return.laid"
    cause: Code
    before: Code


@dataclass(frozen=True)
class ReturnMended:
    """What made a customer come back was mended, says a person."""

    name: ClassVar[str] = "return.mended"
    cause: Code
