"""What this module announces; the subject is the alarm, the customer, or the programme."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class AlarmRaised:
    """Something happened that a person should judge; ``about`` is whose doing it was. Once while it is open."""

    name: ClassVar[str] = "alarm.raised"
    cause: Code
    about: Code


@dataclass(frozen=True)
class AlarmTaken:
    """A member owns the alarm now."""

    name: ClassVar[str] = "alarm.taken"
    cause: Code
    owner: int


@dataclass(frozen=True)
class AlarmClosed:
    """The owner of the alarm has judged it; ``times`` is how often its cause had come."""

    name: ClassVar[str] = "alarm.closed"
    cause: Code
    finding: Code
    times: int


@dataclass(frozen=True)
class DataExported:
    """Data left as a file; the subject is the programme, or the customer whose data it was."""

    name: ClassVar[str] = "data.exported"
    what: Code
    rows: int


@dataclass(frozen=True)
class DigestSealed:
    """The logs were sealed; the subject is the programme."""

    name: ClassVar[str] = "digest.sealed"
    number: int
    events: int
    looks: int


@dataclass(frozen=True)
class RecordVerified:
    """Both logs were checked; the subject is the programme. ``findings`` is how many places are wrong."""

    name: ClassVar[str] = "record.verified"
    events: int
    looks: int
    digests: int
    findings: int


@dataclass(frozen=True)
class AlarmRulesChanged:
    """When something is an alarm on this programme was changed; the subject is the programme."""

    name: ClassVar[str] = "alarm.rules_changed"
    window_minutes: int
    reveals: int
    refusals: int
    night_from: int
    night_to: int
    lapse_days: int


@dataclass(frozen=True)
class CustomerWatched:
    """Every look at this customer is an alarm from now on; the subject is the customer."""

    name: ClassVar[str] = "customer.watched"
    kind: Code


@dataclass(frozen=True)
class CustomerUnwatched:
    """Looks at this customer are no alarm any more; the subject is the customer."""

    name: ClassVar[str] = "customer.unwatched"
