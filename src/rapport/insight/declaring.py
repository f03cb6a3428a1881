"""What a declaration is: facts, and metrics counted over them in a portable subset of SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["count", "ratio", "mean"]

ANSWERED = "outcome = 'answered'"
HANDLED = "outcome = 'answered' AND closed_at IS NOT NULL"


def contacts_where(condition: str) -> str:
    """Return the SQL that counts rows for which the condition holds."""
    return f"COUNT(CASE WHEN {condition} THEN 1 END)"


def total(amount: str, condition: str) -> str:
    """Return the SQL that adds up an amount over rows for which the condition holds."""
    return f"SUM(CASE WHEN {condition} THEN {amount} ELSE 0 END)"


def distinct_contacts(condition: str) -> str:
    """Return the SQL that counts contacts, once each, with a row for which the condition holds."""
    return f"COUNT(DISTINCT CASE WHEN {condition} THEN contact_id END)"


@dataclass(frozen=True, slots=True)
class Relation:
    """Facts that metrics are counted over: what one row is, its SQL, and the dimensions it can be split by."""

    key: str
    row: str
    sql: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Metric:
    """One declaration. ``better`` says which way is good: up, down, or neither (empty).

    ``cohort`` counts, for a figure that needs time to mature, the contacts it will cover; ``options`` are values
    its SQL uses beside the programme's own.
    """

    key: str
    name: str
    sentence: str
    unit: str
    kind: Kind
    relation: str
    numerator: str
    denominator: str | None = None
    cohort: str | None = None
    better: Literal["up", "down", ""] = ""
    options: Mapping[str, int] = field(default_factory=dict)
