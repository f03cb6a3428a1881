"""Recognises by meaning: a message's sentences against examples, by the vectors of `text/`; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, cast, get_args

from rapport.kit import redaction
from rapport.prompts import cues, plain, recognise
from rapport.prompts.findings import Finding, Known, Shown, Touch
from rapport.prompts.seeds import SIGNALS
from rapport.prompts.text.grams import words
from rapport.prompts.text.remembered import remembered

MOST_KEPT = 16  # programmes whose examples are kept as vectors
KINDS: frozenset[str] = frozenset(get_args(Shown))
AS: Mapping[str, Shown] = {"complaint": "distress"}
"""Signals that are prompted as another: both want the customer heard first."""


class ByMeaning:
    """The recogniser on sentence vectors; examples become vectors once, and again when they change."""

    def __init__(self) -> None:
        self._kept: list[tuple[Known, recognise.Recogniser]] = []
        self.of_customer("hello", Known())  # loads the model; the first message need not wait

    def expect(self, texts: Sequence[str]) -> None:
        """Turn all their sentences into vectors together."""
        remembered([one for text in texts for one in recognise.clauses(text)])

    def of_customer(self, text: str, known: Known) -> list[Finding]:
        """Return what a customer's message shows, each kind once; articles only of questions."""
        found = {one.shows: one for one in _told(text, known)}
        taught = known.trained.names if known.trained else ()
        heard = remembered(recognise.clauses(text))
        for signal in self._of(known).alike(heard):
            name, _, about = signal.name.partition(":")
            shows = AS.get(name, name)
            if (shows == "article" and "?" not in text) or (shows == "reason" and about in taught):
                continue
            if shows in KINDS and shows not in found:
                kind = cast(Shown, shows)
                found[kind] = Finding(kind, min(signal.sureness, 1.0), about)
        plainly = plain.told(heard) if len(heard) else ()
        for said, sureness in (*plainly, *((each, cues.SURENESS) for each in cues.cued(text))):
            found.setdefault(said, Finding(said, sureness))
        return list(found.values())

    def of_rep(self, text: str, touches: Sequence[Touch]) -> list[Finding]:
        """Return what a rep's message shows."""
        found = [Finding("promise", 1.0, words=one.what[:300]) for one in recognise.promises(text)[:2]]
        if secrets := redaction.find(text):
            found.append(Finding("sensitive", 1.0, about=secrets[0].kind))
        said = recognise.touched(text, [_point(one) for one in touches])
        return [*found, *(Finding("covered", 1.0, about=one.key) for one in said if one.covered)]

    def _of(self, known: Known) -> recognise.Recogniser:
        for kept, made in self._kept:
            if kept is known or kept == known:
                return made
        made = recognise.Recogniser(_examples(known))
        self._kept = [(known, made), *self._kept[: MOST_KEPT - 1]]
        return made


def _told(text: str, known: Known) -> list[Finding]:
    """Return the reason that the programme's own model tells, if it does and the reason is still there."""
    told = known.trained.tell(text) if known.trained and words(text) else None
    return [Finding("reason", told[1], told[0])] if told and told[0] in known.reasons else []


def _examples(known: Known) -> dict[str, Sequence[str]]:
    """Return the plain signals and what a programme knows, each under kind:key."""
    own = {"reason": known.reasons, "objection": known.objections, "article": known.articles}
    named = {f"{kind}:{key}": texts for kind, several in own.items() for key, texts in several.items()}
    return {**SIGNALS, **named}


def _point(touch: Touch) -> recognise.TouchPoint:
    form: Literal["verbatim", "guided", "free"] = (
        "verbatim" if touch.is_verbatim else "guided" if touch.points else "free"
    )
    return recognise.TouchPoint(touch.key, form, touch.words, tuple(touch.points))
