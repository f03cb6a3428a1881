"""What this module announces: models and counts, never whose risk is how high."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class RiskLearnt:
    """A model of who leaves was learnt and measured; it is used, or was not good enough. Of the programme."""

    name: ClassVar[str] = "risk.learnt"
    model: int
    learnt: int
    measured: int
    is_taken: bool


@dataclass(frozen=True)
class RiskScored:
    """So many customers have their risk by this model; the subject is the programme."""

    name: ClassVar[str] = "risk.scored"
    model: int
    customers: int


@dataclass(frozen=True)
class RiskRulesChanged:
    """Somebody said anew what leaving is, and within how many days it is foretold. Of the programme."""

    name: ClassVar[str] = "risk.rules_changed"
    attribute: Code
    days: int
