"""What customers ask that nothing answers, no step of a guide and no article, in groups of like questions.

Looked for by a job. What is kept are places, not words: which sentence of which message. A page reads the words
there, without names, so that what was erased is in no group any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from rapport.channels.chat.queries import messages_by_id, newest_of_customers
from rapport.guides.definition.insertions import INSERTION
from rapport.guides.library import queries as library
from rapport.guides.library.content import Article, Objection, Rebuttal
from rapport.guides.library.examples import without_addresses, without_names
from rapport.guides.versions import read_version, versions_in_force
from rapport.kit import clock
from rapport.numeric.clusters import clusters
from rapport.prompts.models import OpenQuestions
from rapport.prompts.recognise import sentences

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.channels.chat.models import Message
    from rapport.prompts.text.vectors import Vectors

LOOKS_BACK = timedelta(days=28)
MOST_MESSAGES = 4_000
MOST_QUESTIONS = 1_000
ANSWERED = 0.5  # how like something that is written a question must be to count as answered
ALIKE = 0.55  # how like each other questions of one group are on average
LEAST_CONTACTS = 3  # fewer tell of a person more than of a need
MOST_GROUPS = 20
MOST_EXAMPLES = 5
LEAST_WORDS = 4
ASKS = re.compile(
    r"(?:how|what|when|where|why|who|which|can|could|do|does|did|is|are|may|will|would|should)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A sentence that asks: which one of which message, on which contact."""

    message: int
    contact: int
    place: int
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """Like questions that nothing answers; ``near`` is what comes nearest, as people call it."""

    contacts: int
    near: str
    likeness: float
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What the last look found: when, of how many questions how many had no answer, and their groups."""

    looked_at: datetime
    questions: int
    unanswered: int
    groups: list[Group]


def is_question(sentence: str) -> bool:
    """Say whether a sentence asks something, and says enough to tell what."""
    asks = sentence.endswith("?") or ASKS.match(sentence) is not None
    return asks and len(sentence.split()) >= LEAST_WORDS


def look(programme: Programme) -> None:
    """Look for what nothing answers, among the newest questions; what was found before is replaced."""
    from rapport.prompts.text.vectors import vectors

    asked = list(_asked(newest_of_customers(programme, since=clock.now() - LOOKS_BACK, limit=MOST_MESSAGES)))
    answers = list(_answers(programme))
    heard = vectors([one.text for one in asked])
    likeness, nearest = _nearest(heard, vectors([text for _, text in answers]))
    left = [place for place, value in enumerate(likeness) if value < ANSWERED]
    groups = []
    for places in clusters(heard[left], ALIKE):
        several = [left[place] for place in places]
        contacts = {asked[place].contact for place in several}
        if len(contacts) >= LEAST_CONTACTS:
            middle = several[0]
            groups.append(
                {
                    "contacts": len(contacts),
                    "near": answers[nearest[middle]][0] if answers else "",
                    "likeness": round(float(likeness[middle]), 2),
                    "examples": _examples(asked, several),
                }
            )
    groups.sort(key=lambda one: -one["contacts"])  # type: ignore[operator]  # an int
    told = {
        "looked_at": clock.now(),
        "questions": len(asked),
        "unanswered": len(left),
        "groups": groups[:MOST_GROUPS],
    }
    OpenQuestions.objects.update_or_create(programme=programme, defaults=told)


def _asked(messages: Sequence[Message]) -> Iterator[Asked]:
    """Yield the sentences that ask, each way of putting it once a contact, until there are enough."""
    seen = set()
    for message in messages:
        for place, sentence in enumerate(sentences(without_addresses(message.text))):
            one = (message.contact_id, sentence.casefold())
            if is_question(sentence) and one not in seen:
                seen.add(one)
                yield Asked(message.pk, message.contact_id, place, sentence)
            if len(seen) >= MOST_QUESTIONS:
                return


def _answers(programme: Programme) -> Iterator[tuple[str, str]]:
    """Yield what is written for customers, sentence by sentence, with what it is called."""
    for version in versions_in_force(programme):
        guide = read_version(version)
        for step in guide.steps:
            name = f"{guide.name}: {step.title}"
            for text in (step.title, step.words, step.customer_words, *step.points):
                yield from ((name, sentence) for sentence in sentences(INSERTION.sub(" ", text)))
    for kind in library.KINDS:
        for one in library.live_of(programme, kind):
            entry = one.entry
            texts = entry.examples if isinstance(entry, Objection) else []
            if isinstance(entry, Article | Rebuttal):
                texts = sentences(entry.text)
            yield from ((entry.heading, text) for text in (entry.heading, *texts))


def _nearest(heard: Vectors, answers: Vectors) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return for each question how like it what comes nearest is, and the place of that."""
    if not len(answers):
        return np.zeros(len(heard)), np.zeros(len(heard), dtype=int)
    near = heard @ answers.T
    return near.max(axis=1, initial=0.0), near.argmax(axis=1)


def _examples(asked: Sequence[Asked], several: Sequence[int]) -> list[list[int]]:
    """Return the places of a few questions of different contacts, those in the middle of the group first."""
    found: dict[int, list[int]] = {}
    for place in several:
        one = asked[place]
        found.setdefault(one.contact, [one.message, one.place])
    return list(found.values())[:MOST_EXAMPLES]


def unanswered(programme: Programme) -> Found | None:
    """Return what the last look found, with examples as they are now and without names; None before the first."""
    kept = OpenQuestions.objects.filter(programme=programme).first()
    if kept is None:
        return None
    messages = messages_by_id(programme, [message for one in kept.groups for message, _ in one["examples"]])
    groups = []
    for one in kept.groups:
        told = [_words(messages.get(message), place) for message, place in one["examples"]]
        if examples := tuple(dict.fromkeys(filter(None, told))):
            groups.append(Group(one["contacts"], one["near"], one["likeness"], examples))
    return Found(kept.looked_at, kept.questions, kept.unanswered, groups)


def _words(message: Message | None, place: int) -> str:
    """Return a sentence of a message without names; nothing where it is gone, or may not be used any more."""
    if message is None or (message.contact.customer is not None and not message.contact.customer.is_active):
        return ""
    said = sentences(without_addresses(message.text))  # as when it was looked for
    return without_names(said[place], message.contact) if place < len(said) else ""
