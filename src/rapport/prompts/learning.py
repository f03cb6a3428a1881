"""Learning reasons from what a programme's customers wrote and its reps put on file, and measuring before use.

What a customer wrote before anybody answered, with the reason the contact had when a rep wrapped it up, is a
*lesson*. A fifth of the contacts, by their id, is kept aside: no model ever learns from it, so that each can be
measured on it fairly. A model is held against what is in use by asking both, exactly as the prompter does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.channels.chat.queries import opening_words
from rapport.contacts.queries import confirmed_reasons
from rapport.kit.walls import inside
from rapport.prompts import calibrated, trained
from rapport.prompts.comparing import Judged, compare
from rapport.prompts.examples import Example
from rapport.prompts.knowing import forget, known_of
from rapport.prompts.text.grams import words

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.prompts.findings import Known, Recogniser
    from rapport.prompts.models import ReasonModel

ASIDE = 5  # one contact in so many is kept aside
MOST_CONTACTS = 20_000
MOST_PER_REASON = 300  # of which it learns; the newest
MOST_MEASURED = 1_000
LEAST_PER_REASON = 10  # to learn a reason; with fewer it is told by name and examples
LEAST_REASONS = 2
LEAST_MEASURED = 50
LEAST_WORDS, MOST_LETTERS = 3, 400  # a greeting tells nothing, and the first lines tell the most


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a customer wrote first, and the reason that turned out."""

    contact: UUID
    text: str
    reason: str

    @property
    def is_aside(self) -> bool:
        """Say whether it is kept aside, to measure on."""
        return self.contact.int % ASIDE == 0


@dataclass(frozen=True, slots=True)
class Lessons:
    """What there is to learn from, and to measure on, the newest first."""

    learnt: list[Lesson]
    measured: list[Lesson]

    @property
    def are_enough(self) -> bool:
        """Say whether a model can be trained and measured."""
        return len({one.reason for one in self.learnt}) >= LEAST_REASONS and len(self.measured) >= LEAST_MEASURED

    @property
    def digest(self) -> str:
        """Return the same for the same contacts and reasons."""
        told = sorted(f"{one.contact} {one.reason}" for one in (*self.learnt, *self.measured))
        return sha256("\n".join(told).encode()).hexdigest()


def lessons_of(programme: Programme) -> Lessons:
    """Return what the programme's chats teach."""
    contacts = confirmed_reasons(programme, channel="chat", most=MOST_CONTACTS)
    said = opening_words([one.pk for one in contacts])
    found = [Lesson(one.public_id, said.get(one.pk, "")[:MOST_LETTERS], one.reason) for one in contacts]
    told = [one for one in found if len(words(one.text)) >= LEAST_WORDS]
    return Lessons(_to_learn(one for one in told if not one.is_aside), [*filter(_is_aside, told)][:MOST_MEASURED])


def learn(programme: Programme, *, by: Recogniser) -> ReasonModel | None:
    """Train a model on the programme's contacts, measure it, and put it in use where it is better beyond chance.

    Returns None where there is too little to learn from, or nothing new. Computes outside the database.
    """
    with inside(programme.pk):
        lessons = lessons_of(programme)
        against = trained.in_use(programme).number
        if not lessons.are_enough or trained.was_tried(programme, lessons.digest, against):
            return None
        forget()
        known = known_of(programme)
    content = calibrated.train([Example(one.text, one.reason) for one in lessons.learnt]).packed()
    new = replace(known, trained=calibrated.unpacked(content))
    judged = [_judged(one, known, new, by) for one in lessons.measured]
    with inside(programme.pk):
        return trained.keep(
            programme=programme,
            lessons=lessons.digest,
            learnt=len(lessons.learnt),
            measured=len(judged),
            against=against,
            figures=compare(judged),
            content=content,
        )


def _to_learn(told: Iterable[Lesson]) -> list[Lesson]:
    by_reason: defaultdict[str, list[Lesson]] = defaultdict(list)
    for one in told:
        by_reason[one.reason].append(one)
    return [one for own in by_reason.values() if len(own) >= LEAST_PER_REASON for one in own[:MOST_PER_REASON]]


def _is_aside(one: Lesson) -> bool:
    return one.is_aside


def _judged(one: Lesson, before: Known, now: Known, by: Recogniser) -> Judged:
    return Judged(str(one.contact), one.reason, _reason(one.text, before, by), _reason(one.text, now, by))


def _reason(text: str, known: Known, by: Recogniser) -> str | None:
    return next((found.about for found in by.of_customer(text, known) if found.shows == "reason"), None)


def counts(lessons: Sequence[Lesson]) -> Counter[str]:
    """Return how many lessons there are of each reason."""
    return Counter(one.reason for one in lessons)
