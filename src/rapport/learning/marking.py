"""What answers are worth, and in which order choices are shown. Pure.

A question is right or wrong as a whole: of several choices exactly those that are right, of an order each in its
place. The share of questions that are right is compared with the mark to pass in whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from rapport.kit.drawing import place_of
from rapport.kit.errors import Invalid
from rapport.learning.definition import Choice, Lesson, Question

Given = list[str]
"""What was answered: the keys chosen, the keys in the order given, or the number as it was typed."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What answers to a lesson's questions are worth."""

    right: dict[str, bool]
    passed: bool

    @property
    def permille(self) -> int:
        """The share of questions that are right, in thousandths, rounded down."""
        return 1000 * sum(self.right.values()) // len(self.right)


def shuffled(question: Question, seed: str) -> list[Choice]:
    """Return the choices in the order in which an attempt shows them; a seed always gives the same."""
    return sorted(question.choices, key=lambda one: place_of(seed, f"{question.key} {one.key}"))


def mark(lesson: Lesson, given: Mapping[str, Given]) -> Marked:
    """Return what the answers are worth; Invalid where one lacks or makes no sense."""
    right = {}
    for number, one in enumerate(lesson.questions, start=1):
        told = given.get(one.key, [])
        if not told:
            raise Invalid(f"Question {number} has no answer yet. Answer all, then hand in.")
        if words := _nonsense(one, told):
            raise Invalid(f"Question {number}: {words}")
        right[one.key] = is_right(one, told)
    return Marked(right, 100 * sum(right.values()) >= lesson.pass_at * len(right))


def is_right(question: Question, given: Given) -> bool:
    """Say whether an answer is right."""
    if question.kind == "number":
        found = number_of(given[0])
        assert question.answer is not None
        slack = 1e-9 * max(1.0, abs(question.answer))
        return found is not None and abs(found - question.answer) <= question.within + slack
    if question.kind == "order":
        return given == question.right
    return set(given) == set(question.right)


def number_of(told: str) -> float | None:
    """Return a number as people type it, with a point or a comma; None for anything else."""
    plain = told.strip().replace(",", ".")
    if len(plain) > 30 or not plain.isascii() or "_" in plain:
        return None
    try:
        found = float(plain)
    except ValueError:
        return None
    return found if isfinite(found) else None


def _nonsense(question: Question, given: Given) -> str:
    if question.kind == "number":
        return "" if len(given) == 1 and number_of(given[0]) is not None else "write a number."
    known = {one.key for one in question.choices}
    if len(set(given)) < len(given) or not set(given) <= known:
        return "each choice has one place." if question.kind == "order" else "there is no such choice."
    if question.kind == "single" and len(given) > 1:
        return "choose one."
    if question.kind == "order" and len(given) < len(known):
        return "give each choice a place."
    return ""
