"""What the machine prompts, on the desk: the panel, using and dismissing, a look at what is about to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.contacts.access import access_in_hand
from rapport.desk.actions import in_hand
from rapport.desk.views import show_work
from rapport.drafts import actions as drafts
from rapport.guides.queries import guide_of
from rapport.kit import pages, redaction
from rapport.offers.leaving import actions as leaving
from rapport.prompts import actions
from rapport.prompts.queries import panel_of
from rapport.prompts.wrapping import promise_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact

at_desk = staff_page(Right.TAKE_CONTACTS)


@never_cache
@require_GET
@at_desk
def panel(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Show what is prompted on a contact in hand, and note that it was on the rep's page."""
    return _panel(request, member, access_in_hand(member, contact_id))


@require_POST
@at_desk
def use(request: HttpRequest, member: Member, contact_id: UUID, prompt: UUID) -> HttpResponseBase:
    """Do what a prompt suggests."""
    contact = in_hand(member, contact_id)
    used = actions.use(member=member, contact=contact, prompt=prompt)
    contact.refresh_from_db()
    if used.kind == "leaving":
        leaving.recognise(contact=contact, origin="prompt", actor=f"member:{member.pk}", surely=True)
    return pages.notify(_panel(request, member, contact), "guide")


@require_POST
@at_desk
def dismiss(request: HttpRequest, member: Member, contact_id: UUID, prompt: UUID) -> HttpResponseBase:
    """Put a prompt away."""
    contact = in_hand(member, contact_id)
    actions.dismiss(member=member, contact=contact, prompt=prompt)
    return pages.notify(_panel(request, member, contact), "guide")


@never_cache
@require_POST
@at_desk
def look_over(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Say what of a text that is about to be sent would be hidden; nothing of it is kept."""
    in_hand(member, contact_id, lock=False)
    return JsonResponse({"found": redaction.told(redaction.mask(request.POST.get("text", "")[:4000]).kinds)})


@require_POST
@at_desk
def draft(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Have a draft of the next message written outside, where the programme has that."""
    drafts.ask(member=member, contact=in_hand(member, contact_id))
    return show_work(request, member)


@require_POST
@at_desk
def put_away(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Put a draft away."""
    drafts.dismiss(member=member, contact=in_hand(member, contact_id))
    return show_work(request, member)


def _panel(request: HttpRequest, member: Member, contact: Contact) -> HttpResponse:
    shown = panel_of(contact, guide_of(contact, member=member))
    actions.show(member=member, contact=contact, prompts=[one.public_id for one in shown.items])
    has_file = contact.customer is not None and contact.customer.is_active
    promises = [one for one in shown.heard if one.kind == "promise" and has_file]
    context = {
        "panel": shown,
        "contact": contact,
        "at": f"/at/{member.programme.key}/desk/contacts/{contact.public_id}",
        "promised": {one.public_id: promise_of(contact, one.public_id, one.words) for one in promises},
    }
    return pages.render(request, "desk/prompts_shown.html", context)
