"""Writes of a learner: a course begun, lessons read, attempts begun and handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.events.actions import Happening, announce
from rapport.kit import clock
from rapport.kit.drawing import new_key
from rapport.kit.errors import Conflict, Invalid
from rapport.learning import events, queries
from rapport.learning.access import access_course, access_enrolment, access_lesson, access_of_another
from rapport.learning.marking import Given, mark
from rapport.learning.models import Attempt, Done, Enrolment, MoreAttempts, Response

if TYPE_CHECKING:
    from rapport.accounts.models import Member

OVER = "This course is completed or called off. Nothing was changed."


@transaction.atomic
def take(*, member: Member, course: str) -> Enrolment:
    """Take a course that anybody may take; the one that is open already is returned."""
    row = access_course(member.programme, course)
    there = Enrolment.objects.filter(queries.OPEN, course=row, member=member).first()
    if there is not None:
        return there
    live = queries.live_version(row)
    if live is None or not queries.says(live).open:
        raise Conflict("This course is for who is asked to take it. Ask your supervisor.")
    try:
        with transaction.atomic():
            made = Enrolment.objects.create(
                programme=member.programme, course=row, member=member, made_at=clock.now()
            )
    except IntegrityError:  # sent twice at once
        return Enrolment.objects.get(queries.OPEN, course=row, member=member)
    told = events.LearningEnrolled(course=row.key, learner=member.agent_id, due_on="", by_themselves=True)
    _tell(made, told, member)
    return made


@transaction.atomic
def begin(*, member: Member, enrolment: UUID) -> Enrolment:
    """Begin a course with the version that is live; begun before, nothing changes."""
    row = access_enrolment(member, enrolment, lock=True)
    if row.begun_at is not None:
        return row
    _require_open(row)
    live = queries.live_version(row.course)
    if live is None:
        raise Conflict("This course is not given at present. Ask your supervisor.")
    row.version, row.begun_at = live, clock.now()
    row.save(update_fields=["version", "begun_at"])
    _tell(row, events.LearningBegun(course=row.course.key, learner=member.agent_id, version=live.number), member)
    return row


@transaction.atomic
def read(*, member: Member, enrolment: UUID, lesson: str) -> Enrolment:
    """Say that a lesson without questions was read; again: nothing happens."""
    row, told = access_lesson(member, enrolment, lesson, lock=True)
    if told.questions:
        raise Conflict("This lesson has questions. It is done when they are passed.")
    if row.completed_at is None:
        _require_open(row)
        _done(row, lesson, member)
    return row


@transaction.atomic
def begin_attempt(*, member: Member, enrolment: UUID, lesson: str) -> Attempt:
    """Begin an attempt at a lesson's questions; the one that is open already is returned."""
    row, told = access_lesson(member, enrolment, lesson, lock=True)
    _require_open(row)
    if not told.questions:
        raise Conflict("This lesson has no questions.")
    tried = queries.attempts_of(row, lesson)
    if tried and tried[-1].submitted_at is None:
        return tried[-1]
    if any(one.passed for one in tried):
        raise Conflict("You have passed these questions.")
    if not queries.attempts_left(row, told):
        raise Conflict("No attempt is left. Ask your supervisor for one more.")
    return Attempt.objects.create(
        programme=member.programme,
        enrolment=row,
        lesson=lesson,
        number=len(tried) + 1,
        form=told.form,
        seed=new_key(),
        begun_at=clock.now(),
    )


@transaction.atomic
def hand_in(*, member: Member, enrolment: UUID, lesson: str, number: int, given: Mapping[str, Given]) -> Attempt:
    """Hand in the answers of an attempt. Sent twice, the first counts. Invalid where an answer lacks."""
    row, told = access_lesson(member, enrolment, lesson, lock=True)
    attempt = Attempt.objects.filter(enrolment=row, lesson=lesson, number=number).first()
    if attempt is None:
        raise Invalid("Begin an attempt first.")
    if attempt.submitted_at is not None:
        return attempt
    _require_open(row)
    marked = mark(told, given)
    attempt.submitted_at, attempt.permille, attempt.passed = clock.now(), marked.permille, marked.passed
    attempt.save(update_fields=["submitted_at", "permille", "passed"])
    Response.objects.bulk_create(
        Response(
            programme=member.programme, attempt=attempt, question=one.key, given=given[one.key],
            right=marked.right[one.key],
        )
        for one in told.questions
    )  # fmt: skip
    happening = events.AttemptMarked(
        course=row.course.key, lesson=lesson, number=attempt.number, passed=marked.passed
    )
    _tell(row, happening, member)
    if marked.passed:
        _done(row, lesson, member)
    return attempt


@transaction.atomic
def grant_attempt(*, member: Member, enrolment: UUID, lesson: str) -> None:
    """Give somebody one more attempt at a lesson at which they have none left; nobody gives it to themselves."""
    row = access_of_another(member, enrolment)
    told = queries.says(row.version).lesson(lesson) if row.version else None
    if told is None or not told.questions:
        raise Invalid("There is no such lesson with questions.")
    if row.member_id == member.pk:
        raise Conflict("Somebody else gives you one more attempt.")
    _require_open(row)
    tried = queries.attempts_of(row, lesson)
    if queries.attempts_left(row, told) or any(one.passed or one.submitted_at is None for one in tried):
        return  # sent twice
    MoreAttempts.objects.create(
        programme=member.programme, enrolment=row, lesson=lesson, made_by=member, made_at=clock.now()
    )
    happening = events.AttemptGranted(course=row.course.key, lesson=lesson, learner=row.member.agent_id)
    _tell(row, happening, member, audience=[f"member:{row.member_id}"])


def _done(row: Enrolment, lesson: str, member: Member) -> None:
    """Keep that a lesson is done, and that the course is when all are; the enrolment is locked."""
    assert row.version is not None
    _, is_new = Done.objects.get_or_create(
        enrolment=row, lesson=lesson, defaults={"programme": row.programme, "at": clock.now()}
    )
    if not is_new:
        return
    _tell(row, events.LessonDone(course=row.course.key, lesson=lesson), member)
    if all(one.is_done for one in queries.steps_of(row)):
        row.completed_at = clock.now()
        row.save(update_fields=["completed_at"])
        told = events.CourseCompleted(course=row.course.key, version=row.version.number, learner=member.agent_id)
        _tell(row, told, member)


def _require_open(row: Enrolment) -> None:
    if not row.is_open:
        raise Conflict(OVER)


def _tell(row: Enrolment, happening: Happening, member: Member, audience: list[str] | None = None) -> None:
    announce(
        happening, programme=member.programme, subject=row.public_id, actor=f"member:{member.pk}",
        audience=audience or [],
    )  # fmt: skip
