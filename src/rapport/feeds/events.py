"""What this module announces; the subject is the delivery, or the programme where there is none."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class FeedContractChanged:
    """A feed's contract was put on file or changed."""

    name: ClassVar[str] = "feed.contract_changed"
    feed: Code
    version: int


@dataclass(frozen=True)
class FeedDelivered:
    """A delivery arrived; `why` are the codes of what is wrong with it. It is loaded only where there are none."""

    name: ClassVar[str] = "feed.delivered"
    feed: Code
    verdict: Code
    rows: int
    why: list[Code]


@dataclass(frozen=True)
class FeedStopped:
    """A feed was stopped, since its contract is broken or by hand; `why` are codes."""

    name: ClassVar[str] = "feed.stopped"
    feed: Code
    why: list[Code]


@dataclass(frozen=True)
class FeedReleased:
    """Somebody let a stopped feed run again; the reason is kept with the contract."""

    name: ClassVar[str] = "feed.released"
    feed: Code


@dataclass(frozen=True)
class FeedAccepted:
    """Somebody accepted one delivery as it is; the reason is kept with the contract."""

    name: ClassVar[str] = "feed.accepted"
    feed: Code


@dataclass(frozen=True)
class FeedLate:
    """Nothing came or went for longer than the contract allows."""

    name: ClassVar[str] = "feed.late"
    feed: Code
    hours: float
