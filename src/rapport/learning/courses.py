"""Writes of courses: drafts, what a second person says to them, publishing, withdrawing.

A programme's courses are changed one at a time: every write takes its turn first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.contacts.access import access_contact
from rapport.events.actions import Happening, announce
from rapport.kit import clock, versions
from rapport.kit.documents import note_of, plain_text
from rapport.kit.errors import Invalid, NotFound
from rapport.kit.turns import Turn, take_turns
from rapport.learning import assigning, events, queries
from rapport.learning.definition import Course as Says
from rapport.learning.definition import CourseInvalid, read_course
from rapport.learning.models import Course, CourseVersion, Media

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from rapport.accounts.models import Member, Programme

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


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
    if not KEY.fullmatch(key):
        raise Invalid("A course's key has up to 40 small letters, digits, - and _.")
    take_turns(Turn.COURSES, programme.pk)
    row = Course.objects.filter(programme=programme, key=key).first()
    last = row.versions.order_by("-number").first() if row else None
    versions.require_seen(last, instead_of, key, "a course")
    if last is not None and last.text == text:
        return last
    _require_there(programme, course, by, last)
    kept = row or Course.objects.create(programme=programme, key=key, month=month, made_at=clock.now())
    made = CourseVersion.objects.create(
        programme=programme,
        course=kept,
        number=last.number + 1 if last else 1,
        name=course.name,
        text=text,
        note=note,
        made_by=by,
        made_at=clock.now(),
    )
    _tell(kept, events.CourseSaved(course=key, version=made.number), actor)
    return made


@transaction.atomic
def submit(*, row: Course, number: int, by: Member | None = None, actor: str) -> None:
    """Hand in the newest version, to be approved."""
    version = _turn(row, number)
    if versions.hand_in(version, by=by):
        _tell(row, events.CourseSubmitted(course=row.key, version=number), actor)


@transaction.atomic
def send_back(*, row: Course, number: int, because: str, actor: str) -> None:
    """Make a version that was handed in a draft again, with what is to be put right."""
    versions.send_back(_turn(row, number), because=because)
    _tell(row, events.CourseReturned(course=row.key, version=number), actor)


@transaction.atomic
def approve(*, row: Course, number: int, by: Member, actor: str) -> None:
    """Approve a version that was handed in, as somebody who neither wrote it nor handed it in."""
    if versions.approve(_turn(row, number), by=by):
        _tell(row, events.CourseApproved(course=row.key, version=number), actor)


@transaction.atomic
def publish(*, row: Course, number: int, actor: str) -> CourseVersion:
    """Have an approved version live: who begins from now on takes it."""
    version = _turn(row, number)
    versions.require_publishable(version)
    live = queries.live_version(row)
    if live is not None and live.pk == version.pk:
        return version
    version.live_from = clock.now()
    version.save(update_fields=["live_from"])
    if row.withdrawn_at is not None:
        row.withdrawn_at = None
        row.save(update_fields=["withdrawn_at"])
    if row.month is not None:
        assigning.assign_refresher(row=row)
    _tell(row, events.CoursePublished(course=row.key, version=number), actor)
    return version


@transaction.atomic
def withdraw(*, row: Course, actor: str) -> None:
    """Have nobody begin it any more; call off what was asked for and is not completed."""
    take_turns(Turn.COURSES, row.programme_id)
    row.refresh_from_db()
    if row.withdrawn_at is not None:
        return
    row.withdrawn_at = now = clock.now()
    row.save(update_fields=["withdrawn_at"])
    row.assignments.filter(ended_at__isnull=True).update(ended_at=now)
    row.enrolments.filter(completed_at__isnull=True, ended_at__isnull=True).update(ended_at=now)
    _tell(row, events.CourseWithdrawn(course=row.key), actor)


def _require_there(programme: Programme, course: Says, by: Member | None, last: CourseVersion | None) -> None:
    """Raise CourseInvalid for a picture that was not uploaded, or a contact whose recording cannot be heard."""
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


def _turn(row: Course, number: int) -> CourseVersion:
    """Take the turn, then return the version as it is now."""
    take_turns(Turn.COURSES, row.programme_id)
    row.refresh_from_db()
    return versions.numbered(row.versions.all(), number)


def _tell(row: Course, happening: Happening, actor: str) -> None:
    announce(happening, programme=row.programme, subject=row.public_id, actor=actor)
