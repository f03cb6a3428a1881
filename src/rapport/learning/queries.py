"""Reads of courses, of who is to take them and who has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Q

from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.kit.versions import live_versions, newest_versions
from rapport.learning.definition import Course as Says
from rapport.learning.definition import Lesson, course_kept
from rapport.learning.models import (
    Assignment,
    Attempt,
    Course,
    CourseVersion,
    Done,
    Enrolment,
    Media,
    MoreAttempts,
    Response,
)
from rapport.quality.recordings.queries import recordings_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact
    from rapport.quality.recordings.models import Recording

OPEN = Q(completed_at__isnull=True, ended_at__isnull=True)
MOST = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A course in a list: the version that is live, the newest one, and how many are to take it and have."""

    row: Course
    live: CourseVersion | None
    newest: CourseVersion
    state: str
    open: int
    completed: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A person's way through a course as it stands: its lessons, how many are done, and its state."""

    row: Enrolment
    name: str
    state: str
    lessons: int
    done: int

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return self.done / self.lessons if self.lessons else 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """A lesson of a course that somebody takes."""

    lesson: Lesson
    is_done: bool


def passed(
    programme: Programme, member_ids: Collection[int], courses: Collection[str], since: datetime | None = None
) -> dict[int, dict[str, datetime]]:
    """Return which of these courses (keys) members completed at or after ``since``, and when they did last."""
    rows = Enrolment.objects.filter(
        programme=programme, course__key__in=courses, member__in=list(member_ids), completed_at__isnull=False
    )
    rows = rows.filter(completed_at__gte=since) if since else rows
    found: dict[int, dict[str, datetime]] = {}
    for member, key, last in rows.values_list("member", "course__key").annotate(last=Max("completed_at")):
        found.setdefault(member, {})[key] = last
    return found


def today_of(programme: Programme) -> date:
    """Return the day it is where the programme works."""
    return clock.now().astimezone(programme.zone).date()


def live_version(row: Course) -> CourseVersion | None:
    """Return the version that who begins now takes."""
    return live_versions(CourseVersion, row.programme_id).filter(course=row).first()


def says(version: CourseVersion) -> Says:
    """Return what a version says."""
    return course_kept(version.text)


def live_courses(programme: Programme) -> dict[int, CourseVersion]:
    """Return the live version of each course that has one, by the course's id."""
    return {one.course_id: one for one in live_versions(CourseVersion, programme)}


def titles_of(programme: Programme) -> list[tuple[str, str]]:
    """Return the courses that are live, by key and name."""
    found = [(one.course.key, one.name) for one in live_courses(programme).values()]
    return sorted(found, key=lambda one: one[1].casefold())


def courses_of(programme: Programme) -> list[Listed]:
    """Return the programme's courses by name, the live ones first."""
    live, found = live_courses(programme), []
    counts: dict[int, Any] = {
        one["course"]: one
        for one in Enrolment.objects.filter(programme=programme)
        .values("course")
        .annotate(open=Count("pk", filter=OPEN), completed=Count("pk", filter=Q(completed_at__isnull=False)))
    }
    for one in newest_versions(CourseVersion, programme):
        shown, counted = live.get(one.course_id), counts.get(one.course_id, {})
        state = (shown or one).state(shown)
        found.append(Listed(one.course, shown, one, state, counted.get("open", 0), counted.get("completed", 0)))
    return sorted(found, key=lambda one: (one.live is None, one.newest.name.casefold()))


def newest_version(row: Course) -> CourseVersion:
    """Return the version that was written last."""
    return row.versions.order_by("-number")[0]


def media_of(programme: Programme, *, limit: int = 50) -> list[Media]:
    """Return the pictures and videos that were uploaded, the newest first."""
    return list(Media.objects.filter(programme=programme).order_by("-made_at")[:limit])


def media_among(programme: Programme, lessons: Collection[Lesson]) -> dict[object, Media]:
    """Return the pictures and videos that lessons show, by id."""
    wanted = {one.media for one in lessons if one.media}
    rows = Media.objects.filter(programme=programme, public_id__in=wanted) if wanted else Media.objects.none()
    return {one.public_id: one for one in rows}


def taken_by(member: Member, *, limit: int = MOST) -> list[Taken]:
    """Return what the member is to take, takes and has taken: what is open first, the soonest due first."""
    rows = _enrolments(member.programme).filter(member=member, ended_at__isnull=True)
    found = _taken(member.programme, list(rows.order_by("-made_at")[:limit]))
    far = date.max
    return sorted(found, key=lambda one: (not one.row.is_open, one.row.due_on or far, -one.row.pk))


def open_to(member: Member) -> list[CourseVersion]:
    """Return the live courses that anybody may take, and the member does not at present."""
    at_it = set(Enrolment.objects.filter(OPEN, member=member).values_list("course_id", flat=True))
    rows = [one for one in live_courses(member.programme).values() if says(one).open]
    return sorted((one for one in rows if one.course_id not in at_it), key=lambda one: one.name.casefold())


def steps_of(row: Enrolment) -> list[Step]:
    """Return the lessons of the version that an enrolment began with."""
    if row.version is None:
        return []
    done = set(Done.objects.filter(enrolment=row).values_list("lesson", flat=True))
    return [Step(one, one.key in done) for one in says(row.version).lessons]


def attempts_of(row: Enrolment, lesson: str) -> list[Attempt]:
    """Return the attempts at a lesson, the first one first."""
    return list(Attempt.objects.filter(enrolment=row, lesson=lesson).order_by("number"))


def seed_of(row: Enrolment, lesson: str, number: int) -> str:
    """Return what keeps the order of choices of an attempt; Invalid where it was not begun."""
    found = row.attempts.filter(lesson=lesson, number=number).values_list("seed", flat=True).first()
    if found is None:
        raise Invalid("Begin an attempt first.")
    return found


def responses_of(attempt: Attempt) -> dict[str, Response]:
    """Return what was answered in an attempt, by the question's key."""
    return {one.question: one for one in Response.objects.filter(attempt=attempt)}


def attempts_left(row: Enrolment, lesson: Lesson) -> int:
    """Return how many more attempts may be begun."""
    more = row.more_attempts.filter(lesson=lesson.key).count()
    return max(0, lesson.attempts + more - row.attempts.filter(lesson=lesson.key).count())


def assignments_of(programme: Programme) -> list[Assignment]:
    """Return what is asked for now, the newest first, with how many are to take it and have."""
    rows = Assignment.objects.select_related("course", "member__user", "team", "made_by__user").annotate(
        waiting=Count(
            "enrolments", filter=Q(enrolments__completed_at__isnull=True, enrolments__ended_at__isnull=True)
        ),
        completed=Count("enrolments", filter=Q(enrolments__completed_at__isnull=False)),
    )
    return list(rows.filter(programme=programme, ended_at__isnull=True).order_by("-made_at")[:MOST])


def who_has_not(programme: Programme, *, course: str = "", limit: int = MOST) -> list[Taken]:
    """Return who is to take a course and has not, of people who work here now: the longest overdue first."""
    rows = _enrolments(programme).filter(OPEN, member__is_active=True, member__user__is_active=True)
    rows = rows.filter(course__key=course) if course else rows
    return _taken(programme, list(rows.order_by("due_on", "pk")[:limit]))


def stuck(rows: Collection[Taken]) -> dict[int, list[str]]:
    """Return the lessons at which people have no attempt left, by the enrolment's id."""
    wanted = [one.row for one in rows if one.row.version is not None]
    tried = Attempt.objects.filter(enrolment__in=wanted)
    used = Counter(tried.values_list("enrolment_id", "lesson"))
    more = Counter(MoreAttempts.objects.filter(enrolment__in=wanted).values_list("enrolment_id", "lesson"))
    going = set(tried.filter(submitted_at__isnull=True).values_list("enrolment_id", "lesson"))
    going |= set(Done.objects.filter(enrolment__in=wanted).values_list("enrolment_id", "lesson"))
    found: dict[int, list[str]] = {}
    for one in wanted:
        for lesson in says(one.version).lessons if one.version else ():
            key = (one.pk, lesson.key)
            if lesson.questions and key not in going and used[key] >= lesson.attempts + more[key]:
                found.setdefault(one.pk, []).append(lesson.key)
    return found


def sounds_of(contact: Contact) -> list[Recording]:
    """Return what of a contact can be heard; nothing where its customer was erased."""
    if contact.customer is not None and contact.customer.standing == "erased":
        return []
    return recordings_of(contact)


def _enrolments(programme: Programme) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.select_related("course", "version", "member__user", "member__team", "assignment")
    return rows.filter(programme=programme)


def _taken(programme: Programme, rows: list[Enrolment]) -> list[Taken]:
    live, today = live_courses(programme), today_of(programme)
    done = dict(
        Done.objects.filter(enrolment__in=rows)
        .values("enrolment")
        .annotate(n=Count("pk"))
        .values_list("enrolment", "n")
    )
    found = []
    for one in rows:
        version = one.version or live.get(one.course_id)
        lessons = len(says(version).lessons) if version else 0
        name = version.name if version else one.course.key
        found.append(Taken(one, name, one.state(today), lessons, done.get(one.pk, 0)))
    return found
