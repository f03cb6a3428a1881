"""How the questions of a course do, told to who writes it: of each person's first attempt, of enough people."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapport.learning.definition import Lesson, Question
from rapport.learning.models import Response
from rapport.learning.queries import says
from rapport.numeric.items import Item, items_of

if TYPE_CHECKING:
    from rapport.learning.models import Course, CourseVersion

FEWEST = 10
"""So many people are needed before anything is told of a question."""
ENOUGH = 30
"""So many are needed before it is told whether it tells who knows."""
WEAK = 0.2
"""A correlation with the rest below this is held to say little (Ebel, Essentials of Educational Measurement)."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice: the share of people who chose it, and how many of the other questions they had right."""

    text: str
    is_right: bool
    share: float
    rest: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one question. ``item`` is None below ``FEWEST`` people."""

    question: Question
    n: int
    item: Item | None
    chosen: list[Chosen]

    @property
    def verdict(self) -> str:
        """Return few, unsure, tells, weak or wrong_way: whether who is right here is right elsewhere too."""
        if self.item is None or self.n < ENOUGH:
            return "few"
        found = self.item.discrimination
        if found.high < 0:
            return "wrong_way"
        if found.high < WEAK:
            return "weak"
        return "tells" if found.low > 0 else "unsure"


def told_of(version: CourseVersion) -> list[tuple[Lesson, list[Told]]]:
    """Return how the questions of a version do, by lesson; answers to other questions do not count."""
    lessons = [one for one in says(version).lessons if one.questions]
    given = _first_answers(version.course, {one.form for one in lessons})
    return [(one, _of_lesson(one, given[one.form])) for one in lessons]


def _first_answers(course: Course, forms: set[str]) -> dict[str, list[dict[str, Response]]]:
    """Return by form what each person answered first of all, by the question's key."""
    rows = Response.objects.select_related("attempt__enrolment").filter(
        attempt__enrolment__course=course, attempt__form__in=forms, attempt__number=1
    )
    people: dict[tuple[str, int], tuple[int, dict[str, Response]]] = {}
    for one in rows.order_by("attempt__submitted_at", "pk"):
        person = one.attempt.enrolment.member_id
        attempt, answers = people.setdefault((one.attempt.form, person), (one.attempt_id, {}))
        if attempt == one.attempt_id:
            answers[one.question] = one
    found: dict[str, list[dict[str, Response]]] = defaultdict(list)
    for (form, _), (_, answers) in people.items():
        found[form].append(answers)
    return found


def _of_lesson(lesson: Lesson, people: list[dict[str, Response]]) -> list[Told]:
    keys = [one.key for one in lesson.questions]
    table = [[int(one[key].right) for key in keys] for one in people]
    items = items_of(table) if len(people) >= FEWEST else [None] * len(keys)
    return [
        Told(one, len(people), item, _chosen(one, people) if item else [])
        for one, item in zip(lesson.questions, items, strict=True)
    ]


def _chosen(question: Question, people: list[dict[str, Response]]) -> list[Chosen]:
    """Return how often each choice was chosen; of an order and a number nothing."""
    if question.kind not in ("single", "multiple"):
        return []
    counts: Counter[str] = Counter()
    rest: Counter[str] = Counter()
    for one in people:
        elsewhere = sum(told.right for key, told in one.items() if key != question.key)
        for key in one[question.key].given:
            counts[key] += 1
            rest[key] += elsewhere
    return [
        Chosen(
            one.text,
            one.right,
            counts[one.key] / len(people),
            rest[one.key] / counts[one.key] if counts[one.key] >= FEWEST else None,
        )
        for one in question.choices
    ]
