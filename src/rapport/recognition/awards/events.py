"""What awards announce. The subject is the award, but of a category and of votes the programme."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class CategorySet:
    """A category of awards was written or changed."""

    name: ClassVar[str] = "award.category_set"
    category: Code
    measure: Code
    compares: Code
    months: list[int]
    fewest: int
    sure: float
    most: int
    asks_partner: bool
    is_held: bool


@dataclass(frozen=True)
class AwardVoted:
    """Somebody voted, or voted otherwise; for whom is in no event."""

    name: ClassVar[str] = "award.voted"
    category: Code
    month: Code


@dataclass(frozen=True)
class AwardDrafted:
    """An award was counted: from so many reps who could win, these would."""

    name: ClassVar[str] = "award.drafted"
    category: Code
    month: Code
    eligible: int
    winners: list[Code]


@dataclass(frozen=True)
class AwardApproved:
    """A manager approved it."""

    name: ClassVar[str] = "award.approved"
    category: Code
    month: Code


@dataclass(frozen=True)
class AwardConfirmed:
    """The partner agreed to it."""

    name: ClassVar[str] = "award.confirmed"
    category: Code
    month: Code


@dataclass(frozen=True)
class AwardTurnedDown:
    """It is not given; why, somebody has written down."""

    name: ClassVar[str] = "award.turned_down"
    category: Code
    month: Code
    by_partner: bool


@dataclass(frozen=True)
class AwardAnnounced:
    """Everybody is told."""

    name: ClassVar[str] = "award.announced"
    category: Code
    month: Code
    winners: list[Code]


@dataclass(frozen=True)
class AwardDoubted:
    """What it was counted from has changed: by what is known now these winners would not win; none: all would."""

    name: ClassVar[str] = "award.doubted"
    category: Code
    month: Code
    lost: list[Code]


@dataclass(frozen=True)
class AwardTakenBack:
    """A person took it back from these winners."""

    name: ClassVar[str] = "award.taken_back"
    category: Code
    month: Code
    winners: list[Code]


@dataclass(frozen=True)
class AwardUpheld:
    """A person looked at the doubt and let it stand."""

    name: ClassVar[str] = "award.upheld"
    category: Code
    month: Code
