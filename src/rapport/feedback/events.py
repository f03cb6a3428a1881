"""What this module announces. A comment is personal: the log only says that there is one."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class SurveyInvited:
    """The customer was asked how the contact went; the subject is the contact."""

    name: ClassVar[str] = "survey.invited"


@dataclass(frozen=True)
class SurveyAnswered:
    """The customer answered, or corrected an answer; the subject is the contact."""

    name: ClassVar[str] = "survey.answered"
    rating: int | None
    resolved: bool | None
    has_comment: bool
