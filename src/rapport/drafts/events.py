"""What this module announces: the subject is the contact, or the programme for its service."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class DraftServiceSet:
    """The service that writes drafts was changed, turned on or off; ``fields`` are those that changed."""

    name: ClassVar[str] = "draft.service_set"
    is_on: bool
    fields: list[Code]


@dataclass(frozen=True)
class DraftAsked:
    """A rep asked for a draft of an answer."""

    name: ClassVar[str] = "draft.asked"
    draft: Code


@dataclass(frozen=True)
class DraftSent:
    """Masked text of a contact is about to leave for the service: how many messages and characters."""

    name: ClassVar[str] = "draft.sent"
    draft: Code
    messages: int
    characters: int


@dataclass(frozen=True)
class DraftSettled:
    """What came of it: ready, failed or dismissed; ``http`` is the service's code, where it answered."""

    name: ClassVar[str] = "draft.settled"
    draft: Code
    state: Code
    http: int | None = None
