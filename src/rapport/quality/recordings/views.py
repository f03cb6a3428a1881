"""What a player asks for: the sound, its outline, and remarks at a moment. Each listening is on record."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.kit import pages
from rapport.kit.errors import Invalid
from rapport.quality.reading import reading_right
from rapport.quality.recordings import actions, serving
from rapport.quality.recordings.access import access_recording
from rapport.quality.recordings.queries import Marker

if TYPE_CHECKING:
    from rapport.accounts.models import Member

reading = staff_page(Right.READ_OWN_CONTACTS, Right.READ_TEAM_CONTACTS, Right.READ_CONTACTS)


@never_cache
@require_safe
@reading
def audio(request: HttpRequest, member: Member, recording: UUID, listening: UUID) -> HttpResponseBase:
    """Give the sound, or a part; ``listening`` is new on every page, and counts as one look in an hour."""
    row = access_recording(member, recording)
    contact = row.contact
    note_look(
        lookers.person(request, member),
        what="recording",
        right=reading_right(member),
        subject=contact.customer.public_id if contact.customer else contact.public_id,
        about=f"recording {row.public_id} of contact {contact.public_id}",
        why="listened",
        once=f"{listening} {hourly(row.public_id)}",
    )
    return serving.answer(request, row)


@never_cache
@require_safe
@reading
def outline(request: HttpRequest, member: Member, recording: UUID) -> HttpResponseBase:
    """Give how loud each channel is, ten bytes a second: all of the first channel, then of the second."""
    row = access_recording(member, recording)
    return HttpResponse(bytes(row.outline), content_type="application/octet-stream")


@require_POST
@reading
def remark(request: HttpRequest, member: Member, contact: UUID) -> HttpResponseBase:
    """Keep what was noticed at a moment, and show it as the player's next marker."""
    sent = request.POST
    moment = _moment(sent.get("moment", ""))
    made = actions.remark(member=member, contact_id=contact, moment=moment, words=sent.get("words", ""))
    mark = Marker(_seconds(sent.get("seconds", "")), "remark", made.words, member.name, made.public_id)
    context = {"member": member, "programme": member.programme, "mark": mark}
    return pages.render(request, "quality/mark.html", context, status=201)


@require_POST
@reading
def take_remark(request: HttpRequest, member: Member, remark: UUID) -> HttpResponseBase:
    """Take a remark of one's own away."""
    actions.take_remark(member=member, remark_id=remark)
    return HttpResponse("")


def _seconds(text: str) -> float:
    """Return where on its player the page says that the moment is; the start where it says nothing."""
    try:
        found = float(text)
    except ValueError:
        return 0.0
    return found if 0 <= found < 1e6 else 0.0


def _moment(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid("Choose a moment on the player first.")
    return found
