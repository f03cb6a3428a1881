"""The names that a programme has; a guide may use no other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

SLOTS = ("save", "cross_sell", "loyalty")
"""Of offers: to keep somebody, to sell something more, to thank."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a transaction of a connector needs of a guide, what it answers, and an example of that by field."""

    needs: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset()
    example: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """The names a programme has, of each kind. None: not looked at."""

    reasons: Collection[str] | None = None
    segments: Collection[str] | None = None
    skills: Collection[str] | None = None
    objections: Collection[str] | None = None
    rebuttals: Collection[str] | None = None
    articles: Collection[str] | None = None
    slots: Collection[str] | None = None
    connectors: Mapping[str, Reach] | None = None


NOTHING_KNOWN = Known()


def unknown(kind: str, name: str, names: Collection[str]) -> str:
    """Return in words that there is nothing of this name, and what there is."""
    have = ", ".join(sorted(names)[:12]) or "none"
    return f"There is no {kind} {name!r}; there are: {have}."
