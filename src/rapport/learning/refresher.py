"""What a monthly refresher is made of, put into the words of a course. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from rapport.kit import toml
from rapport.learning.definition import Question

MOST_QUESTIONS = 6
SPACED_MONTHS = 2
"""A question that was asked in one of so many refreshers before is not asked again."""
MOST_CHARACTERS = 5000


@dataclass(frozen=True, slots=True)
class Part:
    """A lesson in the making: what it tells, line by line or in paragraphs."""

    key: str
    title: str
    opening: str
    told: list[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the pool, and the month of the refresher that asked it last; None: none did."""

    question: Question
    last: date | None = None

    @property
    def name(self) -> str:
        """What it is known by, wherever it stands: all that it asks, whatever its key is there."""
        plain = self.question.model_dump_json(exclude={"key"})
        return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(slots=True)
class Pool:
    """Questions that may come again, each once, with the month in which each was asked last."""

    kept: dict[str, Asked] = field(default_factory=dict)

    def add(self, questions: Iterable[Question], month: date | None = None) -> None:
        """Add questions; of a refresher with its month."""
        for one in questions:
            new = Asked(one, month)
            old = self.kept.get(new.name)
            last = max((each for each in (month, old.last if old else None) if each), default=None)
            self.kept[new.name] = Asked(one, last)

    def next_for(self, month: date, salt: str) -> list[Question]:
        """Return what is asked in a month: never asked first, then the longest ago, nothing lately."""
        free = [
            one for one in self.kept.values() if one.last is None or months_apart(one.last, month) > SPACED_MONTHS
        ]

        def turn(one: Asked) -> tuple[date, str]:
            return one.last or date.min, hashlib.sha256(f"{salt} {month} {one.name}".encode()).hexdigest()

        return [one.question for one in sorted(free, key=turn)[:MOST_QUESTIONS]]


def months_apart(first: date, second: date) -> int:
    """Return how many months the second is after the first."""
    return 12 * (second.year - first.year) + second.month - first.month


def month_before(day: date) -> date:
    """Return the first day of the month before the day's."""
    return date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)


def written(name: str, parts: Iterable[Part], questions: list[Question]) -> str:
    """Return the text of a course: a lesson of each part that tells something, and one that asks."""
    lines = [
        toml.pair("name", name),
        toml.pair("about", "What changed, what customers asked, and what should not be forgotten."),
        toml.pair("minutes", 15),
    ]
    for one in parts:
        if one.told:
            lines += _lesson(one.key, one.title)
            lines.append(f"text = {_block(_told(one))}")
    if questions:
        lines += _lesson("again", "Do you remember?")
        for number, question in zip(count(1), questions):
            lines += ["", "[[lessons.questions]]", toml.pair("key", f"again-{number}")]
            lines += [toml.pair(key, value) for key, value in _said(question).items()]
    return "\n".join(lines) + "\n"


def _lesson(key: str, title: str) -> list[str]:
    return ["", "[[lessons]]", toml.pair("key", key), toml.pair("title", title)]


def _said(question: Question) -> Mapping[str, object]:
    return question.model_dump(exclude={"key"}, exclude_defaults=True)


def _told(part: Part) -> str:
    text, left = part.opening, len(part.told)
    for one in part.told:
        if len(text) + len(one) > MOST_CHARACTERS:
            break
        text, left = f"{text}\n\n{one}", left - 1
    return f"{text}\n\nAnd {left} more." if left else text


def _block(text: str) -> str:
    """Return a text of several lines as TOML; a quote after a quote is escaped, so that it ends nothing."""
    plain = text.replace("\\", "\\\\").replace('""', '"\\"').replace('""', '"\\"')
    return f'"""\n{plain}\n"""'
