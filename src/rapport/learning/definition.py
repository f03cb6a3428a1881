"""What a course says, how it is read, and what is wrong with one. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from rapport.kit.documents import KEY, DocumentInvalid, Fault, Kind, Part

NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f]*$"
LINES = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$"  # of controls only the end of a line
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_CONTROLS)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=6000, pattern=LINES)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=600, pattern=LINES)]
Key = Annotated[str, StringConstraints(pattern=KEY)]
MOST_CHARACTERS = 200_000
MOST_LESSONS = 40
MOST_QUESTIONS = 20


class CourseInvalid(DocumentInvalid):
    """A course that cannot be used; ``faults`` has the line of each fault and its words."""

    code = "course_invalid"


COURSE = Kind("a course", CourseInvalid, MOST_CHARACTERS)


class Choice(Part):
    """Something to choose, or to put in its place."""

    key: Key
    text: Line
    right: bool = False


class Question(Part):
    """One question; its key is the same as long as it asks the same."""

    key: Key
    text: Line
    kind: Literal["single", "multiple", "order", "number"] = "single"
    choices: list[Choice] = Field(default=[], max_length=10, description="of an order: in the right one")
    answer: float | None = Field(default=None, description="the number that is right")
    within: Annotated[float, Field(ge=0)] = Field(default=0, description="so far beside it is right too")
    unit: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20, pattern=NO_CONTROLS)] = ""
    why: Short = Field(default="", description="shown once the answer is given and counts")

    @property
    def right(self) -> list[str]:
        """The keys of what is right; of an order all, in order."""
        return [one.key for one in self.choices if one.right or self.kind == "order"]


class Lesson(Part):
    """A page of a course. It is done when it was read; with questions, when they are passed."""

    key: Key
    title: Line
    text: Words = ""
    media: UUID | None = Field(default=None, description="a picture or a video that was uploaded")
    shows: Short = Field(default="", description="what it shows, for who does not see it")
    contact: UUID | None = Field(default=None, description="a contact whose recording is heard")
    questions: list[Question] = Field(default=[], max_length=MOST_QUESTIONS)
    pass_at: Annotated[int, Field(ge=1, le=100)] = Field(default=80, description="per cent of the questions")
    attempts: Annotated[int, Field(ge=1, le=10)] = 3

    @property
    def form(self) -> str:
        """A short name of exactly these questions: what is counted of them begins anew when they change."""
        told = "\n".join(one.model_dump_json() for one in self.questions)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def question(self, key: str) -> Question | None:
        """Return the question with this key."""
        return next((one for one in self.questions if one.key == key), None)


class Course(Part):
    """All that a course says."""

    name: Line
    about: Short = ""
    minutes: Annotated[int, Field(ge=1, le=2400)] = Field(default=20, description="it takes about")
    open: bool = Field(default=False, description="anybody may take it without being asked")
    lessons: list[Lesson] = Field(min_length=1, max_length=MOST_LESSONS)

    def lesson(self, key: str) -> Lesson | None:
        """Return the lesson with this key."""
        return next((one for one in self.lessons if one.key == key), None)


def read_course(text: str) -> Course:
    """Return the course that the text tells of; CourseInvalid with every fault it has."""
    return COURSE.read(text, Course, lambda course: [*_faults(course)])


@lru_cache(maxsize=256)
def course_kept(text: str) -> Course:
    """Return the course of a text that was found right when it was kept."""
    return read_course(text)


def _faults(course: Course) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, lesson in enumerate(course.lessons):
        path = ("lessons", number)
        if lesson.key in seen:
            yield Fault(path, f"There are two lessons {lesson.key!r}.")
        seen.add(lesson.key)
        if not (lesson.text or lesson.media or lesson.contact or lesson.questions):
            yield Fault(path, "The lesson is empty: give it words, a picture, a contact or questions.")
        if lesson.media and not lesson.shows:
            yield Fault(path, "Say what the picture or video shows (shows), for who does not see it.")
        asked: set[str] = set()
        for place, one in enumerate(lesson.questions):
            if one.key in asked:
                yield Fault((*path, "questions", place), f"There are two questions {one.key!r}.")
            asked.add(one.key)
            for words in _wrong(one):
                yield Fault((*path, "questions", place), words)


def _wrong(one: Question) -> Iterator[str]:
    if one.kind == "number":
        if one.answer is None:
            yield "Say which number is right (answer)."
        if one.choices:
            yield "A number is typed: it has no choices."
        return
    if one.answer is not None:
        yield "Only a typed number has an answer; mark the choices that are right."
    if len(one.choices) < 2:
        yield "Give two choices or more."
    for told, what in (([each.key for each in one.choices], "key"), ([each.text for each in one.choices], "text")):
        if len(set(told)) < len(told):
            yield f"Two choices have the same {what}."
    yield from _marked_wrong(one.kind, sum(each.right for each in one.choices))


def _marked_wrong(kind: str, marked: int) -> Iterator[str]:
    if kind == "order" and marked:
        yield "An order has no right choices: write them in the right order."
    if kind == "single" and marked != 1:
        yield f"Exactly one choice is right; {marked} are marked."
    if kind == "multiple" and not marked:
        yield "Mark what is right."
