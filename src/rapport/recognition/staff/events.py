"""What this module announces; the subject is the programme. No event says who answered, or what."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class QuestionAnswered:
    """Somebody answered the question of the fortnight that began on this day."""

    name: ClassVar[str] = "staff.answered"
    starts_on: Code


@dataclass(frozen=True)
class SignShared:
    """Somebody showed one of their signs of strain to somebody they chose; not who, to whom, or which."""

    name: ClassVar[str] = "staff.sign_shared"


@dataclass(frozen=True)
class SignTakenBack:
    """Somebody took such a sign back before its time was over."""

    name: ClassVar[str] = "staff.sign_taken_back"


@dataclass(frozen=True)
class FewestSet:
    """From the next fortnight on nothing is shown of fewer people than this."""

    name: ClassVar[str] = "staff.fewest_set"
    before: int
    fewest: int
