"""The pages of who learns: their courses, a course, a lesson with its questions, and what a lesson shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.contacts.access import access_own
from rapport.kit import pages
from rapport.kit.errors import DomainError, NotFound
from rapport.kit.ids import new_id
from rapport.learning import actions, forms, media, queries
from rapport.learning.access import access_enrolment, access_lesson, access_media
from rapport.learning.marking import shuffled
from rapport.learning.prose import blocks
from rapport.quality.recordings import serving

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.learning.definition import Lesson
    from rapport.learning.models import Attempt, Enrolment
    from rapport.quality.recordings.models import Recording

learner = staff_page(Right.LEARN)
STATES = {
    "assigned": ("to begin", "accent"),
    "in_progress": ("begun", "busy"),
    "due": ("due soon", "warn"),
    "overdue": ("overdue", "bad"),
    "completed": ("completed", "good"),
    "called_off": ("called off", "off"),
}


@never_cache
@require_safe
@learner
def mine(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the courses that the member is to take, takes, and has taken, and those they may take."""
    taken = queries.taken_by(member)
    context = {
        **context_of(member, "mine"),
        "open": [one for one in taken if one.row.is_open],
        "completed": [one for one in taken if not one.row.is_open],
        "offered": [(one, queries.says(one)) for one in queries.open_to(member)],
    }
    return pages.render(request, "learning/mine.html", context)


@require_POST
@learner
def take(request: HttpRequest, member: Member, course: str) -> HttpResponseBase:
    """Take a course by oneself."""
    row = actions.take(member=member, course=course)
    return pages.redirect(request, at(member, "learning-course", row.public_id))


@never_cache
@require_safe
@learner
def course(request: HttpRequest, member: Member, enrolment: UUID) -> HttpResponseBase:
    """Show a course that the member takes: its lessons, and which are done."""
    row = access_enrolment(member, enrolment)
    version = row.version or queries.live_version(row.course)
    if version is None:
        raise NotFound
    context = {
        **context_of(member, "mine"),
        "row": row,
        "version": version,
        "says": queries.says(version),
        "steps": queries.steps_of(row),
        "state": row.state(queries.today_of(member.programme)),
    }
    return pages.render(request, "learning/course.html", context)


@require_POST
@learner
def begin(request: HttpRequest, member: Member, enrolment: UUID) -> HttpResponseBase:
    """Begin a course; go to its first lesson that is not done."""
    row = actions.begin(member=member, enrolment=enrolment)
    return _on(request, member, row)


@never_cache
@require_safe
@learner
def lesson(request: HttpRequest, member: Member, enrolment: UUID, lesson: str) -> HttpResponseBase:
    """Show a lesson: what it tells, its questions while an attempt goes on, and how the last one went."""
    return _lesson(request, member, *access_lesson(member, enrolment, lesson))


@require_POST
@learner
def read(request: HttpRequest, member: Member, enrolment: UUID, lesson: str) -> HttpResponseBase:
    """Say that a lesson was read."""
    return _on(request, member, actions.read(member=member, enrolment=enrolment, lesson=lesson))


@require_POST
@learner
def attempt(request: HttpRequest, member: Member, enrolment: UUID, lesson: str) -> HttpResponseBase:
    """Begin an attempt at a lesson's questions."""
    actions.begin_attempt(member=member, enrolment=enrolment, lesson=lesson)
    return pages.redirect(request, at(member, "learning-lesson", enrolment, lesson) + "#questions-title")


@require_POST
@learner
def hand_in(request: HttpRequest, member: Member, enrolment: UUID, lesson: str, number: int) -> HttpResponseBase:
    """Hand in the answers of an attempt; where one lacks, all come back as they were."""
    row, says = access_lesson(member, enrolment, lesson)
    try:
        seed = queries.seed_of(row, lesson, number)
        given = forms.read_answers(says, seed, request.POST)
        made = actions.hand_in(member=member, enrolment=enrolment, lesson=lesson, number=number, given=given)
    except DomainError as error:
        if error.status == 404:
            raise
        return _lesson(request, member, row, says, error=error)
    words = "Passed." if made.passed else "Not passed. Look at which were wrong."
    return pages.redirect(request, at(member, "learning-lesson", enrolment, lesson), said=words)


@require_safe
@learner
def sound(
    request: HttpRequest, member: Member, enrolment: UUID, lesson: str, recording: UUID, listening: UUID
) -> HttpResponseBase:
    """Give the sound of a contact that a lesson lets be heard, or a part of it; each listening is on record."""
    _, says = access_lesson(member, enrolment, lesson)
    row = next((one for one in _sounds(member, says) if one.public_id == recording), None)
    if row is None:
        raise NotFound
    contact = row.contact
    note_look(
        lookers.person(request, member),
        what="recording",
        right=Right.LEARN,
        subject=contact.customer.public_id if contact.customer else contact.public_id,
        about=f"recording {row.public_id} of contact {contact.public_id}",
        why="heard in a course",
        once=f"{listening} {hourly(row.public_id)}",
    )
    answer = serving.answer(request, row)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_safe
@staff_page(Right.LEARN, Right.WRITE_COURSES, Right.APPROVE_COURSES)
def show_media(request: HttpRequest, member: Member, media: UUID) -> HttpResponseBase:
    """Give a picture or a video of a lesson, or a part of it."""
    return give_media(request, member, media)


def give_media(request: HttpRequest, member: Member, public_id: UUID) -> HttpResponseBase:
    """Return a picture or a video that the member may see."""
    row = access_media(member, public_id)
    answer = serving.give(request, media.held_of(row), row.kind)
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.headers["Content-Disposition"] = "inline"
    return answer


def _lesson(
    request: HttpRequest, member: Member, row: Enrolment, says: Lesson, error: DomainError | None = None
) -> HttpResponse:
    steps = queries.steps_of(row)
    place = next(n for n, one in enumerate(steps) if one.lesson.key == says.key)
    tried = queries.attempts_of(row, says.key)
    last = tried[-1] if tried else None
    going = last is not None and last.submitted_at is None
    context = {
        **context_of(member, "mine"),
        "row": row,
        "lesson": says,
        "blocks": blocks(says.text),
        "steps": steps,
        "place": place,
        "media": queries.media_among(member.programme, [says]).get(says.media),
        "sounds": _sounds(member, says),
        "listening": new_id,
        "attempt": last if going else None,
        "choices": {one.key: shuffled(one, last.seed) for one in says.questions} if going and last else {},
        "result": _result(says, row, [one for one in tried if one.submitted_at is not None]),
        "left": queries.attempts_left(row, says) if says.questions else 0,
        "sent": request.POST,
        "error": str(error) if error else "",
    }
    return pages.render(request, "learning/lesson.html", context, status=error.status if error else 200)


def _result(says: Lesson, row: Enrolment, tried: list[Attempt]) -> dict[str, Any] | None:
    """Return how the last attempt went; which answers are right only where no more attempt can use it."""
    if not tried:
        return None
    last = tried[-1]
    is_over = bool(last.passed) or not row.is_open or not queries.attempts_left(row, says)
    return {"attempt": last, "responses": queries.responses_of(last), "tells": is_over}


def _sounds(member: Member, says: Lesson) -> list[Recording]:
    """Return what can be heard of the contact that a lesson lets be heard; who began its course is let in."""
    if says.contact is None:
        return []
    try:
        return queries.sounds_of(access_own(member.programme, says.contact))
    except NotFound:
        return []


def _on(request: HttpRequest, member: Member, row: Enrolment) -> HttpResponse:
    following = next((one for one in queries.steps_of(row) if not one.is_done), None)
    if following is None or not row.is_open:
        words = "All lessons are done." if row.completed_at else ""
        return pages.redirect(request, at(member, "learning-course", row.public_id), said=words)
    return pages.redirect(request, at(member, "learning-lesson", row.public_id, following.lesson.key))


def context_of(member: Member, tab: str) -> dict[str, Any]:
    """Return what every page of learning is shown with."""
    return {
        "member": member,
        "programme": member.programme,
        "section": "learning",
        "tab_of_learning": tab,
        "learns": member.may(Right.LEARN),
        "assigns": member.may(Right.ASSIGN_COURSES),
        "writes": member.may(Right.WRITE_COURSES),
        "approves": member.may(Right.APPROVE_COURSES),
        "states": STATES,
        "today": queries.today_of(member.programme),
        "error": "",
    }


def at(member: Member, name: str, *more: object) -> str:
    """Return an address of the member's programme."""
    return reverse(name, args=[member.programme.key, *more])
