"""The pages of courses: their list, one with its versions and what it tells, and pictures and videos uploaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.kit import pages
from rapport.kit.errors import DomainError, Forbidden, Invalid
from rapport.kit.versions import numbered
from rapport.learning import courses, items, media, queries
from rapport.learning.access import access_course
from rapport.learning.definition import Course, CourseInvalid, read_course
from rapport.learning.views import context_of as learning_context
from rapport.studio import written
from rapport.studio.routing import actor_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.learning.models import Course as Row

looking = staff_page(Right.WRITE_COURSES, Right.APPROVE_COURSES)
writing = staff_page(Right.WRITE_COURSES)
NEW = '''name = "When a customer compares prices"
about = "What to ask before the price is talked about."
minutes = 15
open = false             # true: anybody may take it without being asked

[[lessons]]
key = "ask-first"
title = "Ask first"
text = """
Who compares prices has a reason. Ask for it before you answer.

1. What did they see, and where?
2. What do they use today?
"""
# media = "…"            # a picture or video uploaded below, with what it shows
# shows = "The page on which the other offer stands"
# contact = "…"          # the id of a contact whose recording is heard

[[lessons]]
key = "check"
title = "What do you remember?"
pass_at = 80             # per cent of the questions
attempts = 3

[[lessons.questions]]
key = "first"
text = "What do you do first?"
kind = "single"          # single, multiple, order or number
why = "The reason decides what helps."
choices = [
  { key = "ask", text = "Ask for the reason", right = true },
  { key = "discount", text = "Offer a discount" },
  { key = "terms", text = "Read out the terms" },
]

[[lessons.questions]]
key = "steps"
text = "In which order?"
kind = "order"           # written in the right order, shown in another
choices = [
  { key = "reason", text = "Hear the reason" },
  { key = "need", text = "Ask what they need" },
  { key = "offer", text = "Offer what answers it" },
]
'''


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, and the course it tells of or its faults by line."""

    text: str
    course: Course | None = None
    faults: list[tuple[int, str]] = field(default_factory=list)


@never_cache
@require_safe
@looking
def courses_page(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the courses, and the pictures and videos that their lessons may show."""
    return _list(request, member)


@never_cache
@require_safe
@writing
def new(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Begin a course: nothing is kept before it is saved."""
    return _page(request, member, None, NEW)


@never_cache
@require_safe
@looking
def course(request: HttpRequest, member: Member, course: str) -> HttpResponseBase:
    """Show a course: the text of its newest version or the one asked for, and its versions."""
    row = access_course(member.programme, course)
    number = written.number_asked(request, queries.versions_of(row, limit=1)[0][0].number)
    return _page(request, member, row, numbered(row.versions.all(), number).text)


@never_cache
@require_safe
@looking
def questions(request: HttpRequest, member: Member, course: str) -> HttpResponseBase:
    """Show how the questions of the live version do, or of the newest where none is live."""
    row = access_course(member.programme, course)
    version = queries.live_version(row) or queries.versions_of(row, limit=1)[0][0]
    context = {
        **context_of(member),
        "row": row,
        "version": version,
        "lessons": items.told_of(version),
        "fewest": items.FEWEST,
        "enough": items.ENOUGH,
        "verdicts": VERDICTS,
    }
    return pages.render(request, "studio/courses/questions.html", context)


VERDICTS = {
    "few": ("too few to say", "idle"),
    "unsure": ("not sure yet", "idle"),
    "tells": ("tells who knows", "good"),
    "weak": ("does not tell who knows", "warn"),
    "wrong_way": ("wrong way round: look at what is marked right", "bad"),
}


@require_POST
@looking
def check(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say what a text says as a course, or its faults; nothing is kept."""
    context = {**context_of(member), "reading": _read(written.text_sent(request))}
    return pages.render(request, "studio/courses/said.html", context)


@require_POST
@writing
def save(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put a draft on file; one with faults comes back with them."""
    text, key = written.text_sent(request), request.POST.get("key", "").strip()
    seen = written.number_seen(request)
    try:
        made = courses.save_draft(
            programme=member.programme,
            key=key,
            text=text,
            instead_of=seen,
            note=request.POST.get("note", ""),
            by=member,
            actor=actor_of(member),
        )
    except DomainError as error:
        row = access_course(member.programme, key) if seen else None
        return _page(request, member, row, text, error=error)
    return _to(request, member, made.course, "The draft is on file.")


@require_POST
@looking
def decide(request: HttpRequest, member: Member, course: str, number: int) -> HttpResponseBase:
    """Hand in, approve, send back or publish a version."""
    row, sent = access_course(member.programme, course), request.POST
    told: dict[str, Any] = {"row": row, "number": number, "actor": actor_of(member)}
    steps: dict[str, written.Step] = {
        "submit": lambda: courses.submit(**told, by=member),
        "approve": lambda: courses.approve(**told, by=member),
        "send_back": lambda: courses.send_back(**told, because=sent.get("because", "")),
        "publish": lambda: courses.publish(**told),
    }
    rights = {"writes": Right.WRITE_COURSES, "approves": Right.APPROVE_COURSES}
    try:
        written.step_asked(request, member, steps, **rights)()
    except Forbidden:
        raise
    except DomainError as error:
        return _page(request, member, row, numbered(row.versions.all(), number).text, error=error)
    return _to(request, member, row, DONE[sent["do"]])


DONE = {
    "submit": "Handed in. Somebody else approves it.",
    "approve": "Approved. It can be published.",
    "send_back": "Sent back with what to put right.",
    "publish": "Published. Who begins from now on takes it; who has begun keeps their version.",
}


@require_POST
@staff_page(Right.APPROVE_COURSES)
def withdraw(request: HttpRequest, member: Member, course: str) -> HttpResponseBase:
    """Have nobody begin it any more."""
    row = access_course(member.programme, course)
    courses.withdraw(row=row, actor=actor_of(member))
    return _to(request, member, row, "Withdrawn. Nobody is asked to take it any more.")


@require_POST
@writing
def upload(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Keep a picture or a video that lessons may show."""
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Invalid("Choose a file.")
        media.upload(member=member, file=file, name=file.name or "")
    except DomainError as error:
        return _list(request, member, error)
    return pages.redirect(request, reverse("courses", args=[member.programme.key]), said="It is on file.")


def context_of(member: Member) -> dict[str, Any]:
    """Return what every page of courses is shown with."""
    return learning_context(member, "courses")


def _list(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    context = {
        **context_of(member),
        "rows": queries.courses_of(member.programme),
        "media": queries.media_of(member.programme),
        "error": str(error) if error else "",
    }
    return pages.render(request, "studio/courses/courses.html", context, status=error.status if error else 200)


def _page(
    request: HttpRequest, member: Member, row: Row | None, text: str, *, error: DomainError | None = None
) -> HttpResponse:
    versions = queries.versions_of(row) if row else []
    reading = _read(text)
    if isinstance(error, CourseInvalid) and not reading.faults:  # what only the database knows: pictures, contacts
        reading = Reading(text, faults=error.faults)
    context = {
        **context_of(member),
        "row": row,
        "key": row.key if row else request.POST.get("key", ""),
        "text": text,
        "reading": reading,
        "versions": versions,
        "newest": versions[0][0] if versions else None,
        "error": str(error) if error and not isinstance(error, CourseInvalid) else "",
    }
    return pages.render(request, "studio/courses/course.html", context, status=error.status if error else 200)


def _read(text: str) -> Reading:
    try:
        return Reading(text, read_course(text))
    except CourseInvalid as error:
        return Reading(text, faults=error.faults)


def _to(request: HttpRequest, member: Member, row: Row, words: str) -> HttpResponse:
    return pages.redirect(request, reverse("course", args=[member.programme.key, row.key]), said=words)
