"""What this module announces; the subject is the programme."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class RallyDrafted:
    """Rally Notes were drafted, or drafted again, from the day's figures."""

    name: ClassVar[str] = "rally.drafted"
    day: Code


@dataclass(frozen=True)
class RallyEdited:
    """A supervisor changed the tip or the news of a draft."""

    name: ClassVar[str] = "rally.edited"
    day: Code
    fields: list[Code]


@dataclass(frozen=True)
class RallyPublished:
    """Rally Notes were published."""

    name: ClassVar[str] = "rally.published"
    day: Code


@dataclass(frozen=True)
class RallySeen:
    """A member read Rally Notes."""

    name: ClassVar[str] = "rally.seen"
    day: Code


@dataclass(frozen=True)
class TipFound:
    """A tip is on file: found in a trial, coaching or contacts scored, or written by hand."""

    name: ClassVar[str] = "tip.found"
    tip: Code
    source: Code
    ref: Code


@dataclass(frozen=True)
class TipRetired:
    """A tip is told no more: its evidence is stale, has faded or turned, or somebody took it back (by_hand)."""

    name: ClassVar[str] = "tip.retired"
    tip: Code
    why: Code


@dataclass(frozen=True)
class TipCounted:
    """It was counted what a tip changed: better, worse, none, unsure or few, of so many readers and others."""

    name: ClassVar[str] = "tip.counted"
    tip: Code
    readers: int
    others: int
    says: Code


@dataclass(frozen=True)
class HearingSaid:
    """A rep whom the letter of a day praises said whether colleagues may look at the contact."""

    name: ClassVar[str] = "rally.hearing_said"
    day: Code
    agreed: bool


@dataclass(frozen=True)
class NewsPublished:
    """News to be read and signed was published; by which day, or empty."""

    name: ClassVar[str] = "news.published"
    news: Code
    kind: Code
    read_by: Code


@dataclass(frozen=True)
class NewsSigned:
    """A member signed that they have read a piece of news."""

    name: ClassVar[str] = "news.signed"
    news: Code


@dataclass(frozen=True)
class NewsWithdrawn:
    """A piece of news holds no more."""

    name: ClassVar[str] = "news.withdrawn"
    news: Code
