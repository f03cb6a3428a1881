"""What the pages of learning are sent: answers, and days.

A page names choices by the place in which an attempt shows them: their keys may tell which are right.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rapport.kit.errors import Invalid
from rapport.learning.marking import shuffled

if TYPE_CHECKING:
    from django.http import QueryDict

    from rapport.learning.definition import Lesson, Question
    from rapport.learning.marking import Given


def read_answers(lesson: Lesson, seed: str, sent: QueryDict) -> dict[str, Given]:
    """Return what was answered to each question; one without an answer has an empty list."""
    return {one.key: _answer(one, seed, sent) for one in lesson.questions}


def _answer(one: Question, seed: str, sent: QueryDict) -> Given:
    name = f"answer.{one.key}"
    if one.kind == "number":
        return [told[:100] for told in sent.getlist(name)[:1] if told.strip()]
    shown = {str(place): each.key for place, each in enumerate(shuffled(one, seed), start=1)}
    if one.kind != "order":
        return [shown.get(told, "") for told in sent.getlist(name)[:20]]
    places = {sent.get(f"{name}.{place}", ""): key for place, key in shown.items()}
    if set(places) == {""}:
        return []
    if set(places) != set(shown):
        raise Invalid(f"“{one.text}”: give each place from 1 to {len(shown)} once.")
    return [places[place] for place in shown]


def read_day(told: str) -> date:
    """Return a day."""
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise Invalid("Choose a day.") from None
