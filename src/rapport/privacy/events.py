"""What this module announces; the subject is the customer unless said otherwise."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class RequestOpened:
    """A customer asked for something about their data."""

    name: ClassVar[str] = "privacy.asked"
    request: Code
    kind: Code
    proof: Code
    due_on: Code


@dataclass(frozen=True)
class RequestClosed:
    """A customer's request was answered: it is done, or was refused."""

    name: ClassVar[str] = "privacy.answered"
    request: Code
    kind: Code
    status: Code


@dataclass(frozen=True)
class CustomerRestricted:
    """A customer's data is kept, and no longer used."""

    name: ClassVar[str] = "customer.restricted"


@dataclass(frozen=True)
class CustomerReleased:
    """A restriction was lifted: the customer's data may be used again."""

    name: ClassVar[str] = "customer.released"


@dataclass(frozen=True)
class CustomerErased:
    """The person is gone: ``rows`` of these ``kinds`` of data were emptied or deleted. Facts stay."""

    name: ClassVar[str] = "customer.erased"
    rows: int
    kinds: list[Code]


@dataclass(frozen=True)
class ReturnAllowed:
    """The key of a customer who was erased may be used again; the subject is the programme."""

    name: ClassVar[str] = "privacy.return_allowed"


@dataclass(frozen=True)
class HoldPlaced:
    """A customer's data must be kept, whatever else says that it should go."""

    name: ClassVar[str] = "privacy.hold_placed"
    until: Code | None


@dataclass(frozen=True)
class HoldLifted:
    """A customer's data need not be kept any more."""

    name: ClassVar[str] = "privacy.hold_lifted"


@dataclass(frozen=True)
class PackageAsked:
    """A copy of a customer's data is to be made."""

    name: ClassVar[str] = "privacy.package_asked"
    package: Code
    with_sensitive: bool


@dataclass(frozen=True)
class PackageMade:
    """A copy of a customer's data can be taken, once."""

    name: ClassVar[str] = "privacy.package_made"
    package: Code
    rows: int


@dataclass(frozen=True)
class PackageTaken:
    """A copy of a customer's data was taken out of the system."""

    name: ClassVar[str] = "privacy.package_taken"
    package: Code
    with_sensitive: bool


@dataclass(frozen=True)
class PeriodChanged:
    """How long a kind of data is kept was changed; 0 months is until erasure. The subject is the programme."""

    name: ClassVar[str] = "privacy.period_changed"
    kind: Code
    before: int
    months: int


@dataclass(frozen=True)
class RetentionApplied:
    """Data whose period had passed was let go; the subject is the programme."""

    name: ClassVar[str] = "privacy.retention_applied"
    kind: Code
    rows: int
