"""What this module announces: of a contact, or of a programme its models of reasons; never what was said."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class PromptsMade:
    """A message was heard, and what the rep is prompted changed: so many prompts are new."""

    name: ClassVar[str] = "prompt.made"
    message: int
    prompts: int


@dataclass(frozen=True)
class PromptShown:
    """A prompt was on a rep's page for the first time."""

    name: ClassVar[str] = "prompt.shown"
    prompt: Code
    kind: Code


@dataclass(frozen=True)
class PromptUsed:
    """A rep used a prompt."""

    name: ClassVar[str] = "prompt.used"
    prompt: Code
    kind: Code


@dataclass(frozen=True)
class PromptSent:
    """The words of a prompt that a rep used went out, changed or as they were."""

    name: ClassVar[str] = "prompt.sent"
    prompt: Code
    kind: Code
    is_edited: bool


@dataclass(frozen=True)
class PromptDismissed:
    """A rep put a prompt away; of a touch point that ticked itself, the tick was taken back."""

    name: ClassVar[str] = "prompt.dismissed"
    prompt: Code
    kind: Code


@dataclass(frozen=True)
class ReasonsLearnt:
    """A model of reasons was trained and measured: on how many contacts, and whether it took the place."""

    name: ClassVar[str] = "reasons.learnt"
    number: int
    learnt: int
    measured: int
    is_better: bool
    is_taken: bool


@dataclass(frozen=True)
class ReasonsChosen:
    """Somebody chose which model tells reasons (0: examples alone), and whether it is held."""

    name: ClassVar[str] = "reasons.chosen"
    number: int
    is_held: bool
