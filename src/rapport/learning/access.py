"""The only gates to courses, enrolments and what their lessons show; absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from rapport.accounts.roles import Right
from rapport.kit.errors import NotFound
from rapport.learning.definition import Lesson, course_kept
from rapport.learning.models import Assignment, Course, Enrolment, Media

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme


def access_course(programme: Programme, key: str) -> Course:
    """Return a course of the programme, for whom a door has let in."""
    found = Course.objects.select_related("programme").filter(programme=programme, key=key).first()
    if found is None:
        raise NotFound
    return found


def access_enrolment(member: Member, public_id: UUID, *, lock: bool = False) -> Enrolment:
    """Return the member's own enrolment; with ``lock`` held until the transaction ends."""
    rows = Enrolment.objects.select_related("course", "version", "assignment")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row = rows.filter(programme=member.programme, member=member, public_id=public_id).first()
    if row is None:
        raise NotFound
    row.programme = row.course.programme = member.programme
    row.member = member
    return row


def access_lesson(member: Member, public_id: UUID, key: str, *, lock: bool = False) -> tuple[Enrolment, Lesson]:
    """Return the member's enrolment and a lesson of the version that they began."""
    row = access_enrolment(member, public_id, lock=lock)
    lesson = course_kept(row.version.text).lesson(key) if row.version else None
    if lesson is None:
        raise NotFound
    return row, lesson


def access_of_another(member: Member, public_id: UUID) -> Enrolment:
    """Return anybody's enrolment, locked, for who may ask people to learn."""
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("course", "version", "member__user")
    row = None
    if member.may(Right.ASSIGN_COURSES):
        row = rows.filter(programme=member.programme, public_id=public_id).first()
    if row is None:
        raise NotFound
    row.programme = row.course.programme = member.programme
    return row


def access_assignment(member: Member, public_id: UUID) -> Assignment:
    """Return an assignment, locked, for who may ask people to learn."""
    rows = Assignment.objects.select_for_update(of=("self",)).select_related("course")
    row = None
    if member.may(Right.ASSIGN_COURSES):
        row = rows.filter(programme=member.programme, public_id=public_id).first()
    if row is None:
        raise NotFound
    row.programme = row.course.programme = member.programme
    return row


def access_media(member: Member, public_id: UUID) -> Media:
    """Return a picture or video: for who writes or approves courses, and who began a version that shows it."""
    row = Media.objects.filter(programme=member.programme, public_id=public_id).first()
    if row is None:
        raise NotFound
    writes = member.may(Right.WRITE_COURSES) or member.may(Right.APPROVE_COURSES)
    if not (writes or _is_shown_to(member, public_id)):
        raise NotFound
    row.programme = member.programme
    return row


def _is_shown_to(member: Member, media: UUID) -> bool:
    begun = Enrolment.objects.select_related("version").filter(
        programme=member.programme, member=member, version__text__icontains=str(media)
    )
    texts = [one.version.text for one in begun if one.version is not None]
    return any(lesson.media == media for text in texts for lesson in course_kept(text).lessons)
