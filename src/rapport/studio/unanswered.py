"""The page of what customers ask that nothing answers: the list of what to write next."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from procrastinate.exceptions import AlreadyEnqueued

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.kit import pages
from rapport.prompts.jobs import look_for_questions
from rapport.prompts.unanswered import LEAST_CONTACTS, LOOKS_BACK, MOST_QUESTIONS
from rapport.prompts.unanswered import unanswered as found_unanswered

if TYPE_CHECKING:
    from rapport.accounts.models import Member

looking = staff_page(Right.WRITE_GUIDES, Right.APPROVE_GUIDES)
writing = staff_page(Right.WRITE_GUIDES)


@never_cache
@require_safe
@looking
def unanswered(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show groups of like questions that nothing answers, with examples; that they are seen is on record."""
    programme = member.programme
    found = found_unanswered(programme)
    if found is not None and found.groups:
        note_look(
            lookers.person(request, member),
            what="questions",
            right=Right.WRITE_GUIDES if member.may(Right.WRITE_GUIDES) else Right.APPROVE_GUIDES,
            subject=programme.public_id,
            about="what customers asked, without names",
            count=sum(len(one.examples) for one in found.groups),
            once=hourly(programme.public_id),
        )
    context = {
        "member": member,
        "programme": programme,
        "section": "guides",
        "tab_of_guides": "unanswered",
        "found": found,
        "days": LOOKS_BACK.days,
        "most": MOST_QUESTIONS,
        "least": LEAST_CONTACTS,
        "may_write": member.may(Right.WRITE_GUIDES),
    }
    return pages.render(request, "studio/guides/unanswered.html", context)


@require_POST
@writing
def look(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Have it looked for now."""
    once = look_for_questions.configure(queueing_lock=f"questions {member.programme_id}")
    with suppress(AlreadyEnqueued), transaction.atomic():  # it waits already
        once.defer(programme_id=member.programme_id)
    to = reverse("unanswered", args=[member.programme.key])
    return pages.redirect(request, to, said="It is being looked for. Come back in a minute or two.")
