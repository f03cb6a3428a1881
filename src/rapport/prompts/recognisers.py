"""Which recogniser answers: by meaning where the model is installed, else by words."""

from __future__ import annotations

import logging

from rapport.prompts.by_words import ByWords
from rapport.prompts.findings import Recogniser

log = logging.getLogger("rapport.prompter")


def recogniser() -> Recogniser:
    """Return the best recogniser that this installation has; says so once where that is not the model."""
    try:
        from rapport.prompts.by_meaning import ByMeaning

        return ByMeaning()
    except (ImportError, OSError) as error:
        log.warning("the model of sentence vectors is missing (%s); prompts go by words alone", error)
        return ByWords()
