"""The pages of courses: their list, one with its versions and what it tells, and pictures and videos uploaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_delivery, staff_page
from rapport.accounts.roles import Right
from rapport.kit import pages
from rapport.kit.errors import DomainError, Invalid
from rapport.kit.walls import inside
from rapport.learning import courses, items, media, queries
from rapport.learning.access import access_course
from rapport.learning.definition import read_course
from rapport.learning.views import context_of as learning_context
from rapport.studio import written

if TYPE_CHECKING:
    from rapport.accounts.models import Member

looking = staff_page(Right.WRITE_COURSES, Right.APPROVE_COURSES)
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
VERDICTS = {
    "few": ("too few to say", "idle"),
    "unsure": ("not sure yet", "idle"),
    "tells": ("tells who knows", "good"),
    "weak": ("does not tell who knows", "warn"),
    "wrong_way": ("wrong way round", "bad"),
}


@never_cache
@require_safe
@looking
def courses_page(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the courses, and the pictures and videos that their lessons may show."""
    return _list(request, member)


@never_cache
@require_safe
@looking
def questions(request: HttpRequest, member: Member, key: str) -> HttpResponseBase:
    """Show how the questions of the live version do, or of the newest where none is live."""
    row = access_course(member.programme, key)
    version = queries.live_version(row) or queries.newest_version(row)
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


@require_POST
@staff_delivery(Right.WRITE_COURSES)
def upload(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Keep a picture or a video that lessons may show."""
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Invalid("Choose a file.")
        media.upload(member=member, file=file, name=file.name or "")
    except DomainError as error:
        with inside(member.programme_id):
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


desk = written.Desk(
    name="course",
    folder="studio/courses",
    begins=NEW,
    writes=Right.WRITE_COURSES,
    approves=Right.APPROVE_COURSES,
    find=access_course,
    read=lambda _member, text, _key: read_course(text),
    actions=courses,
    context=context_of,
    done={
        "publish": "Published. Who begins from now on takes it; who has begun keeps their version.",
        "withdraw": "Withdrawn. Nobody is asked to take it any more.",
    },
)
