"""What one message shows. A customer's: an objection, a thought of leaving, a competitor, distress, a complaint.
A rep's: a promise with its time, sensitive data, a touch point covered.

Each signal has example sentences (`seeds`, and a programme's own); a sentence shows it when it is like one of
them enough, and clearly more so than like the sentences that mean nothing of the kind. Verbatim touch points are
matched word for word. Nothing here looks at what a rep feels.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rapport.kit import redaction
from rapport.prompts.seeds import NEUTRAL
from rapport.prompts.text.grams import words
from rapport.prompts.text.remembered import remembered
from rapport.prompts.text.vectors import Vectors, vectors

ALIKE = 0.58  # how like an example a sentence must be
CLEARLY = 0.06  # and how much more than like a neutral one
COVERED = 0.62  # how like a point, or the words of a step, what a rep says must be
MOST_SENTENCES = 12  # of one message; what follows is not looked at
SENTENCE = re.compile(r"[^.!?;\n]+[.!?;]*")
CLAUSE = re.compile(r",|\b(?:and|but|because|since|so|while|that)\b", re.IGNORECASE)
LONG = 8  # words; a longer sentence says several things, and is like no example as a whole
INSERTION = re.compile(r"\{[^}]*\}")
MOST_INSERTED = 8  # words in the place of an insertion

_DOING = (
    r"call|ring|phone|send|e-?mail|text|mail|write|get back|come back|follow up|refund|credit|transfer|arrange"
    r"|book|block|order|post|confirm|let you know|make sure|take care|look into|pay|waive|return|replace|update"
    r"|forward"
)
PROMISE = re.compile(
    rf"\b(?:i|we)(?:['’]ll| will| shall| promise to| am going to| are going to)\s+(?:\w+\s+){{0,2}}?"
    rf"(?P<what>(?:{_DOING})\b[^.!?;\n]*)",
    re.IGNORECASE,
)
_DAY = r"monday|tuesday|wednesday|thursday|friday|saturday|sunday"
WHEN = re.compile(
    rf"\b(?:(?:by|before|on|until|at|this|next)\s+)*(?:today|tonight|tomorrow(?:\s+\w+)?|{_DAY}|noon|midnight"
    r"|the end of (?:the|this|next) \w+|(?:this|next) (?:week|month|morning|afternoon|evening)"
    r"|(?:within|in)\s+(?:the next\s+)?(?:an?|one|two|three|four|five|\d+)\s+(?:working\s+|business\s+)?"
    r"(?:minute|hour|day|week|month)s?|\d{1,2}(?::\d{2})?\s*(?:am|pm|o'clock))\b",
    re.IGNORECASE,
)
NOW = re.compile(r"\b(?:now|right away|just|for you to|a moment|a second)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signal:
    """Something a customer's message shows, how sure that is, and the example it is like."""

    name: str
    sureness: float
    like: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What a rep is promising, and by when in their words; empty where no time is said."""

    what: str
    by: str


@dataclass(frozen=True, slots=True)
class TouchPoint:
    """A touch point still open: its step's key, the form asked for, its words and the points to cover."""

    key: str
    form: Literal["verbatim", "guided", "free"]
    words: str
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What of a touch point a message says: the places of the points, and whether that is all of it."""

    key: str
    points: tuple[int, ...]
    covered: bool


class Recogniser:
    """Signals by their examples; made once, asked for every message."""

    def __init__(self, examples: Mapping[str, Sequence[str]], neutral: Sequence[str] = NEUTRAL) -> None:
        self._examples = tuple((name, text) for name, texts in examples.items() for text in texts)
        self._vectors = vectors([text for _, text in self._examples])
        self._neutral = vectors(neutral)

    def signals(self, message: str) -> list[Signal]:
        """Return what a customer's message shows, surest first, each signal once."""
        return self.alike(remembered(clauses(message)))

    def alike(self, heard: Vectors) -> list[Signal]:
        """Return what sentences show, one a row, surest first, each signal once."""
        if not len(heard) or not self._examples:
            return []
        near, idle = heard @ self._vectors.T, (heard @ self._neutral.T).max(axis=1, initial=0.0)
        shown = np.where((near >= ALIKE) & (near >= idle[:, None] + CLEARLY), near, 0.0).max(axis=0)
        best: dict[str, Signal] = {}
        for place in np.argsort(-shown, kind="stable"):
            name, text = self._examples[place]
            if shown[place] > 0 and name not in best:
                best[name] = Signal(name, round(float(shown[place]), 3), text)
        return list(best.values())


def sentences(message: str) -> list[str]:
    """Return a message's sentences that have a word in them."""
    found = (part.strip() for part in SENTENCE.findall(message[:4000]))
    return [part for part in found if words(part)][:MOST_SENTENCES]


def clauses(message: str) -> list[str]:
    """Return a message's sentences, and of long ones their parts of three words or more."""
    found: list[str] = []
    for sentence in sentences(message):
        found.append(sentence)
        if len(words(sentence)) > LONG:
            parts = (part.strip() for part in CLAUSE.split(sentence))
            found += [part for part in parts if len(words(part)) >= 3 and part != sentence]
    return found[: 2 * MOST_SENTENCES]


def promises(message: str) -> list[Promise]:
    """Return what a rep promises; what is done at once is no promise."""
    found = []
    for match in PROMISE.finditer(message):
        what = match["what"].strip()
        when = WHEN.search(what)
        if when or not NOW.search(what):
            found.append(Promise(what, when[0].strip() if when else ""))
    return found


def sensitive(draft: str) -> tuple[str, ...]:
    """Return the kinds of sensitive data in what is being typed, in words."""
    return tuple(dict.fromkeys(redaction.WORDS[each.kind] for each in redaction.find(draft)))


def touched(message: str, open_points: Iterable[TouchPoint]) -> list[Said]:
    """Return the touch points that a rep's message covers, or of which it covers a point."""
    points = list(open_points)
    spoken = sentences(message)
    if not spoken or not points:
        return []
    meant = [each for each in points if each.form != "verbatim"]
    heard = remembered([message, *spoken]) if meant else np.zeros((0, 0), dtype=np.float32)
    found = (_verbatim(each, message) if each.form == "verbatim" else _meant(each, heard) for each in points)
    return [each for each in found if each is not None]


def _verbatim(point: TouchPoint, message: str) -> Said | None:
    """Match word for word: case, punctuation and line breaks aside; an insertion stands for a few words."""
    parts = [r"\s+".join(map(re.escape, words(part))) for part in INSERTION.split(point.words)]
    anything = rf"(?:\s+\S+){{0,{MOST_INSERTED}}}\s+"
    pattern = anything.join(part for part in parts if part)
    if not pattern or not re.search(rf"(?<!\S){pattern}(?!\S)", " ".join(words(message))):
        return None
    return Said(point.key, (), True)


def _meant(point: TouchPoint, heard: Vectors) -> Said | None:
    """Match by meaning: every point for the guided form, the words as a whole for the free one."""
    wanted = point.points if point.form == "guided" and point.points else (INSERTION.sub(" ", point.words),)
    near = (remembered(wanted) @ heard.T).max(axis=1)
    said = tuple(int(place) for place in np.flatnonzero(near >= COVERED))
    if not said:
        return None
    return Said(point.key, said if point.points else (), len(said) == len(wanted))
