"""What rewards announce, with amounts in minor units. The subject is the reward; else the programme."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class RewardSet:
    """A reward was put on the list or changed; ``left``: how many there are, none: no limit."""

    name: ClassVar[str] = "reward.set"
    cost: int
    currency: Code
    left: int | None
    is_offered: bool


@dataclass(frozen=True)
class RewardBudgetSet:
    """What rewards may cost in a month."""

    name: ClassVar[str] = "reward.budget_set"
    month: Code
    amount: int
    currency: Code


@dataclass(frozen=True)
class RewardGiven:
    """Somebody was given a reward; ``rank``: where it stood on their list, none: not on it."""

    name: ClassVar[str] = "reward.given"
    rep: Code
    why: Code
    cost: int
    currency: Code
    rank: int | None


@dataclass(frozen=True)
class RewardsWished:
    """A rep said which rewards they value: so many."""

    name: ClassVar[str] = "reward.wished"
    rewards: int
