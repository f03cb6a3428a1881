"""What the answers to a scorecard amount to, in exact fractions. Pure.

score = sum(weight * points) / sum(weight), over the questions that apply: the weight of one that does not apply
goes to the others in proportion. Points are 1 for yes and 0 for no, and run evenly from 0 to 1 over a scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from rapport.kit.documents import DocumentInvalid
from rapport.quality.definition import Question, Scorecard


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; ``value`` None: not applicable."""

    value: int | None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What answers amount to. ``points`` has each question that was asked; None: it did not apply."""

    score: Fraction
    points: dict[str, Fraction | None]
    errors: dict[str, tuple[str, ...]]
    """Critical errors: the keys of the questions, by for whom."""
    fatal: tuple[str, ...]
    passed: bool

    @property
    def permille(self) -> int:
        """The score in thousandths, halves rounded up."""
        return permille(self.score)


class Incomplete(DocumentInvalid):
    """Answers that cannot be scored; ``faults`` has the place of each question and what is wrong."""

    code = "evaluation_incomplete"

    def __init__(self, lacking: Mapping[str, str], card: Scorecard) -> None:
        self.lacking = dict(lacking)
        numbers = {one.key: number for number, one in enumerate(card.questions, start=1)}
        super().__init__([(numbers.get(key, 0), words) for key, words in lacking.items()])
        self.args = (" ".join(f"Question {number}: {words}" for number, words in self.faults),)


def permille(share: Fraction) -> int:
    """Return a share in thousandths, halves rounded up."""
    return floor(share * 1000 + Fraction(1, 2))


def points_of(question: Question, value: int) -> Fraction:
    """Return what an answer is worth, 0 to 1."""
    return Fraction(value - question.worst, question.best - question.worst)


def asked(card: Scorecard, answers: Mapping[str, Answer]) -> list[Question]:
    """Return the questions that are asked, as the answers so far decide."""
    found: dict[str, Question] = {}
    for one in card.questions:
        if one.when is None:
            found[one.key] = one
            continue
        earlier, told = found.get(one.when.question), answers.get(one.when.question)
        if earlier and told and told.value in {earlier.value_of(words) for words in one.when.answers}:
            found[one.key] = one
    return list(found.values())


def lacking(card: Scorecard, answers: Mapping[str, Answer]) -> dict[str, str]:
    """Return what keeps the answers from being scored, in words, by the question's key."""
    found = {}
    for one in asked(card, answers):
        told = answers.get(one.key)
        words = "It has no answer." if told is None else _wrong(one, told)
        if words:
            found[one.key] = words
    return found


def outcome(card: Scorecard, answers: Mapping[str, Answer]) -> Outcome:
    """Return what the answers amount to; Incomplete where some lack. What is not asked counts nothing."""
    if wrong := lacking(card, answers):
        raise Incomplete(wrong, card)
    points: dict[str, Fraction | None] = {}
    errors: dict[str, tuple[str, ...]] = {}
    fatal: tuple[str, ...] = ()
    for one in asked(card, answers):
        value = answers[one.key].value
        points[one.key] = None if value is None else points_of(one, value)
        if one.critical and value == one.worst:
            errors[one.critical] = (*errors.get(one.critical, ()), one.key)
            fatal = (*fatal, one.key) if one.fatal else fatal
    score = _score(card, points)
    if fatal and card.fatal == "zero":
        score = Fraction(0)
    return Outcome(score, points, errors, fatal, not fatal and score >= Fraction(card.pass_at, 100))


def _score(card: Scorecard, points: Mapping[str, Fraction | None]) -> Fraction:
    counted = [(one.weight, worth) for one in card.questions if (worth := points.get(one.key)) is not None]
    weight = sum(each for each, _ in counted)
    return Fraction(sum(each * worth for each, worth in counted), weight) if weight else Fraction(0)


def _wrong(question: Question, told: Answer) -> str:
    if told.value is None:
        if not question.optional:
            return "It always applies: choose an answer."
    elif told.value not in dict(question.choices):
        return "There is no such answer."
    if _needs_words(question, told.value) and not told.comment.strip():
        return "Say in a comment what you saw."
    return ""


def _needs_words(question: Question, value: int | None) -> bool:
    if question.comment == "always":
        return True
    if question.critical and value == question.worst:
        return True
    return question.comment == "faults" and value is not None and value != question.best
