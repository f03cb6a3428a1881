"""Writes of courses: drafts, what a second person says to them, publishing, withdrawing.

A programme's courses are changed one at a time: every write takes its turn first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from rapport.contacts.access import access_contact
from rapport.events.actions import Happening, announce
from rapport.kit import clock, versions
from rapport.kit.documents import note_of, plain_text
from rapport.kit.errors import NotFound
from rapport.kit.turns import Turn, take_turns
from rapport.learning import assigning, events, queries
from rapport.learning.definition import Course as Says
from rapport.learning.definition import CourseInvalid, read_course
from rapport.learning.models import Course, CourseVersion, Media

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from rapport.accounts.models import Member, Programme


@transaction.atomic
def save_draft(
    *,
    programme: Programme,
    key: str,
    text: str,
    instead_of: int | None,
    note: str = "",
    by: Member | None = None,
    month: date | None = None,
    actor: str,
) -> CourseVersion:
    """Put a draft on file. ``instead_of`` is the newest version that was seen; None: a new course.

    A new one with a ``month`` is its refresher.

    A contact that is heard has to be one whose recording the writer may hear.
    """
    text, note = plain_text(text), note_of(note)
    course = read_course(text)
    versions.require_key(key, "A course")
    take_turns(Turn.COURSES, programme.pk)
    made, is_new = versions.put_on_file(
        CourseVersion,
        programme=programme,
        key=key,
        called="a course",
        instead_of=instead_of,
        told={"name": course.name, "text": text, "note": note},
        by=by,
        month=month,
    )
    if is_new:
        _require_there(programme, course, by, made)
        _tell(made.course, events.CourseSaved(course=key, version=made.number), actor)
    return made


@transaction.atomic
def submit(*, row: Course, number: int, by: Member | None = None, actor: str) -> None:
    """Hand in the newest version, to be approved."""
    version = versions.in_turn(Turn.COURSES, CourseVersion, row, number)
    if versions.hand_in(version, by=by):
        _tell(row, events.CourseSubmitted(course=row.key, version=number), actor)


@transaction.atomic
def send_back(*, row: Course, number: int, because: str, actor: str) -> None:
    """Make a version that was handed in a draft again, with what is to be put right."""
    versions.send_back(versions.in_turn(Turn.COURSES, CourseVersion, row, number), because=because)
    _tell(row, events.CourseReturned(course=row.key, version=number), actor)


@transaction.atomic
def approve(*, row: Course, number: int, by: Member, actor: str) -> None:
    """Approve a version that was handed in, as somebody who neither wrote it nor handed it in."""
    if versions.approve(versions.in_turn(Turn.COURSES, CourseVersion, row, number), by=by):
        _tell(row, events.CourseApproved(course=row.key, version=number), actor)


@transaction.atomic
def publish(*, row: Course, number: int, actor: str) -> CourseVersion:
    """Have an approved version live: who begins from now on takes it."""
    version = versions.in_turn(Turn.COURSES, CourseVersion, row, number)
    if not versions.go_live(version, row, queries.live_version(row)):
        return version
    if row.month is not None:
        assigning.assign_refresher(row=row)
    _tell(row, events.CoursePublished(course=row.key, version=number), actor)
    return version


@transaction.atomic
def withdraw(*, row: Course, actor: str) -> None:
    """Have nobody begin it any more; call off what was asked for and is not completed."""
    take_turns(Turn.COURSES, row.programme_id)
    if not versions.withdraw(row):
        return
    now = clock.now()
    row.assignments.filter(ended_at__isnull=True).update(ended_at=now)
    row.enrolments.filter(completed_at__isnull=True, ended_at__isnull=True).update(ended_at=now)
    _tell(row, events.CourseWithdrawn(course=row.key), actor)


def _require_there(programme: Programme, course: Says, by: Member | None, made: CourseVersion) -> None:
    """Raise CourseInvalid for a picture that was not uploaded, or a contact whose recording cannot be heard."""
    last = made.siblings.filter(number=made.number - 1).first()
    before = {one.contact for one in read_course(last.text).lessons} if last else set()
    wanted = {one.media for one in course.lessons if one.media}
    there = set(
        Media.objects.filter(programme=programme, public_id__in=wanted).values_list("public_id", flat=True)
    )
    faults = []
    for one in course.lessons:
        if one.media and one.media not in there:
            faults.append((1, f"Lesson {one.key!r}: there is no picture or video {one.media}. Upload it first."))
        if one.contact and one.contact not in before and not _may_hear(by, one.contact):
            faults.append((1, f"Lesson {one.key!r}: you can hear no recording of contact {one.contact}."))
    if faults:
        raise CourseInvalid(faults)


def _may_hear(by: Member | None, contact: UUID) -> bool:
    if by is None:
        return False
    try:
        found = access_contact(by, contact)
    except NotFound:
        return False
    return bool(queries.sounds_of(found))


def _tell(row: Course, happening: Happening, actor: str) -> None:
    announce(happening, programme=row.programme, subject=row.public_id, actor=actor)
