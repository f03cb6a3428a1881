"""What a recogniser is asked and what it answers; pure. Which one answers is said by ``recognisers``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Shown = Literal[
    "reason", "objection", "competitor", "leaving", "distress", "article", "promise", "sensitive", "covered"
]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a message shows, and how sure that is, 0 to 1.

    ``about`` is the key of the reason, objection, article or step; ``words`` what was promised.
    """

    shows: Shown
    sureness: float
    about: str = ""
    words: str = ""


class Trained(Protocol):
    """A model of a programme's reasons, trained on its own contacts."""

    @property
    def names(self) -> Collection[str]:
        """Return the keys of the reasons it knows."""

    def tell(self, text: str) -> tuple[str, float] | None:
        """Return the reason of a message and how likely it is; None where that is none of these."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a programme knows of what customers say: for each key its name first, then examples.

    ``trained`` tells the reasons that it knows; the others are told by name and examples.
    """

    reasons: Mapping[str, Sequence[str]] = field(default_factory=dict)
    objections: Mapping[str, Sequence[str]] = field(default_factory=dict)
    articles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    trained: Trained | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Touch:
    """A step that may just have been covered: its words, and the points where it is met in one's own words."""

    key: str
    words: str
    points: Sequence[str] = ()
    is_verbatim: bool = False


class Recogniser(Protocol):
    """Says what a message shows."""

    def expect(self, texts: Sequence[str]) -> None:
        """Make ready for these messages, where that takes less time for all together."""

    def of_customer(self, text: str, known: Known) -> list[Finding]:
        """Return what a customer's message shows, the surest of each kind only."""

    def of_rep(self, text: str, touches: Sequence[Touch]) -> list[Finding]:
        """Return what a rep's message shows."""
