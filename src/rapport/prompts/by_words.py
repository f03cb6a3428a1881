"""Recognises by words alone: what is used while no model is there. Plain English cues and shared words; pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from rapport.kit import redaction
from rapport.prompts import cues
from rapport.prompts.findings import Finding, Known, Shown, Touch

VERBATIM_SHARE = 0.9  # of the words of a disclosure that must be there, in their order
COVERED_SHARE = 0.6  # of the telling words of a guided step
SURE_ENOUGH = 0.6  # shared words below it say nothing
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")
_OFTEN = """
a about after all also am an and any are as at be been but by can could did do does don't for from get got had has
have he hello her here hi him his how i i'd i'll i'm i've if in is it it's its just like may me my no not of on or
our out please she should so some than thank thanks that that's the their them then there these they this to too up
us very want was we we'll were what when where which who why will with would yes you you're your
"""
_EMPTY = frozenset(_OFTEN.split())
_PROMISE = re.compile(
    r"\b(?:i(?:'|’)ll|i will|we(?:'|’)ll|we will|i promise(?: to)?|i am going to|you will (?:get|have|receive)|"
    r"you(?:'|’)ll (?:get|have|receive))\b[^.!?\n]*"
    r"\b(?:by|today|tomorrow|tonight|within|in an? (?:hour|minute|day|week)|next|"
    r"on (?:mon|tues|wednes|thurs|fri|satur|sun)day|this (?:week|afternoon|evening)|call you|ring you|send you|"
    r"refund|credit|back to you)\b[^.!?\n]*",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\?|^\s*(?:how|what|when|where|which|who|why|can|could|do|does|is|are|may)\b", re.IGNORECASE
)


class ByWords:
    """The recogniser that needs no data."""

    def expect(self, texts: Sequence[str]) -> None:
        """Need nothing."""

    def of_customer(self, text: str, known: Known) -> list[Finding]:
        """Return what a customer's message shows."""
        found = [Finding(shows, cues.SURENESS) for shows in cues.cued(text)]
        found += _nearest("reason", text, known.reasons)
        found += _nearest("objection", text, known.objections)
        if _QUESTION.search(text):
            found += _nearest("article", text, known.articles)
        return found

    def of_rep(self, text: str, touches: Sequence[Touch]) -> list[Finding]:
        """Return what a rep's message shows."""
        found = [
            Finding("promise", cues.SURENESS, words=match[0].strip()[:300]) for match in _PROMISE.finditer(text)
        ]
        if secrets := redaction.find(text):
            found.append(Finding("sensitive", 1.0, about=secrets[0].kind))
        return [*found[:2], *_covered(text, touches)]


def _covered(text: str, touches: Sequence[Touch]) -> Iterator[Finding]:
    for touch in touches:
        share = verbatim_share(touch.words, text) if touch.is_verbatim else _guided_share(touch, text)
        if share >= (VERBATIM_SHARE if touch.is_verbatim else COVERED_SHARE):
            yield Finding("covered", min(share, 1.0), about=touch.key)


def verbatim_share(words: str, text: str) -> float:
    """Return how much of the words stands in the text, in their order; 1 is word for word."""
    wanted, said = words_of(words), words_of(text)
    if not wanted:
        return 0.0
    blocks = SequenceMatcher(None, wanted, said, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(wanted)


def _guided_share(touch: Touch, text: str) -> float:
    """Return how far a step in one's own words was met: by its words, or by all of its points."""
    said = telling(text)
    shares = [_share(telling(touch.words), said)]
    if touch.points:
        shares.append(min(_share(telling(point), said) for point in touch.points))
    return max(shares)


def _share(wanted: set[str], said: set[str]) -> float:
    return len(wanted & said) / len(wanted) if len(wanted) > 1 else 0.0  # one word tells too little


def _nearest(shows: Shown, text: str, several: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Return the key with the example that shares the most telling words with the text, if they are any."""
    said = telling(text)
    best = max(
        ((_alike(said, telling(example)), key) for key, examples in several.items() for example in examples),
        default=(0.0, ""),
    )
    return [Finding(shows, best[0], about=best[1])] if best[0] >= SURE_ENOUGH else []


def _alike(one: set[str], other: set[str]) -> float:
    """Return the share of the example's words that were said, less where much else was said too."""
    shared = len(one & other)
    if not shared:
        return 0.0
    return (shared / len(other)) * math.sqrt(shared / min(len(one), len(other) + 4))


def words_of(text: str) -> list[str]:
    """Return the words of a text, as they are compared."""
    return [word.replace("’", "'") for word in _WORD.findall(text.casefold())]


def telling(text: str) -> set[str]:
    """Return the stems of the words that say what a text is about."""
    return {_stem(word) for word in words_of(text) if word not in _EMPTY}


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
