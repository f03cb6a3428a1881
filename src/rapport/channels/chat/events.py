"""What this module announces. What was said is not in the log: it is personal, and stays with the contact."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class MessageSent:
    """Somebody wrote in a chat."""

    name: ClassVar[str] = "chat.message"
    author: Code
    characters: int
