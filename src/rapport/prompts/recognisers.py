"""Which recogniser answers."""

from __future__ import annotations

from rapport.prompts.by_words import ByWords
from rapport.prompts.findings import Recogniser


def recogniser() -> Recogniser:
    """Return the best recogniser that this installation has."""
    return ByWords()
