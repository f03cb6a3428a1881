"""What who sits in does on a contact's page; each step answers with the panel as it stands after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.contacts.access import access_contact
from rapport.kit import pages
from rapport.kit.errors import NotFound
from rapport.kit.ids import sent_id
from rapport.quality.monitoring import actions
from rapport.quality.monitoring.access import may_monitor
from rapport.quality.monitoring.queries import panel_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

monitoring = staff_page(Right.MONITOR)


@never_cache
@require_safe
@monitoring
def panel(request: HttpRequest, member: Member, contact: UUID) -> HttpResponseBase:
    """Show who sits in, and what this person can do there."""
    return _panel(request, member, contact)


@require_POST
@monitoring
def sit_in(request: HttpRequest, member: Member, contact: UUID) -> HttpResponseBase:
    """Sit in on the conversation."""
    actions.sit_in(member=member, contact_id=contact)
    return pages.announce(_panel(request, member, contact), "You are sitting in. The rep sees it.")


@require_POST
@monitoring
def whisper(request: HttpRequest, member: Member, contact: UUID) -> HttpResponseBase:
    """Write to the rep alone."""
    actions.whisper(member=member, contact_id=contact, **_written(request))
    return _panel(request, member, contact)


@require_POST
@monitoring
def join(request: HttpRequest, member: Member, contact: UUID) -> HttpResponseBase:
    """Join the conversation."""
    actions.join(member=member, contact_id=contact)
    return pages.announce(_panel(request, member, contact), "You have joined. The customer has been told.")


@require_POST
@monitoring
def say(request: HttpRequest, member: Member, contact: UUID) -> HttpResponseBase:
    """Write to the customer."""
    actions.say(member=member, contact_id=contact, **_written(request))
    return _panel(request, member, contact)


@require_POST
@monitoring
def leave(request: HttpRequest, member: Member, contact: UUID) -> HttpResponseBase:
    """No longer sit in."""
    actions.leave(member=member, contact_id=contact)
    return pages.announce(_panel(request, member, contact), "You are no longer sitting in.")


@require_POST
@monitoring
def pulse(request: HttpRequest, member: Member, contact: UUID) -> HttpResponseBase:
    """Note that the page is open."""
    actions.pulse(member=member, contact_id=contact)
    return HttpResponse(status=204)


def _written(request: HttpRequest) -> dict[str, Any]:
    """Return what was written, with a key of its own: the page's key may still be that of the line before."""
    text, page = request.POST.get("text", ""), sent_id(request.POST.get("client_id", ""))
    return {"text": text, "client_id": uuid5(page, text)}


def _panel(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponse:
    contact = access_contact(member, contact_id)
    if not may_monitor(member, contact):
        raise NotFound
    context = {"member": member, "programme": member.programme, **panel_of(member, contact)}
    return pages.render(request, "monitoring/panel.html", context)
