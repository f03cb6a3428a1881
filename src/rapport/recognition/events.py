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
