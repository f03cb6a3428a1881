"""The parts of the desk that fetch themselves on news of their own, so that the columns need not come whole.

The chat's lines, the guide, the strip of contacts in hand. A part is an element with an ``hx-get``, within the
columns or beside them, that is shown with them and answers alone at its own address; the columns do not listen to
its news. Who asks is looked at each time, and so is that they have the contact in hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.channels.chat import actions as chat
from rapport.contacts.access import access_in_hand
from rapport.desk import forms, queries
from rapport.desk.views import base_of, note_words, wanted
from rapport.kit import pages
from rapport.kit.ids import sent_id
from rapport.prompts import actions as prompts
from rapport.quality.monitoring.queries import beside

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact

DIGITS = 18  # of a message's number
at_desk = staff_page(Right.TAKE_CONTACTS)


@never_cache
@require_GET
@at_desk
def lines(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Show what the page lacks of the chat; ``after`` is the last message it shows."""
    shown = forms.number(request.GET, "after", digits=DIGITS)
    return _lines(request, member, access_in_hand(member, contact_id), shown)


@require_POST
@at_desk
def say(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Send a chat message; what it says of prompts whose words are in it is noted.

    The answer holds the chat's last lines, and names the event that tells the page's stream of them.
    """
    contact = access_in_hand(member, contact_id)
    shown = forms.number(request.POST, "after", digits=DIGITS)
    said = chat.say(
        contact,
        author="rep",
        text=request.POST.get("text", ""),
        client_id=sent_id(request.POST.get("client_id", "")),
        member=member,
    )
    if edited := forms.prompts_sent(request.POST):
        prompts.sent(member=member, contact=contact, edited=edited)
    response = _lines(request, member, contact, shown)
    response.headers["Rapport-Event"] = str(said.event)
    return response


@never_cache
@require_GET
@at_desk
def guide(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Show where the contact in hand is in its guide."""
    contact = access_in_hand(member, contact_id)
    now = queries.guide_now(member, contact)
    note_words(member, contact, now.step_help)
    return pages.render(request, "desk/guide_part.html", {**about(member, contact), "work": now})


@never_cache
@require_GET
@at_desk
def colleagues(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Show who sits in on the chat in hand, and what they whisper."""
    contact = access_in_hand(member, contact_id)
    context = {**about(member, contact), "beside": beside(contact)}
    return pages.render(request, "desk/beside.html", context)


@never_cache
@require_GET
@at_desk
def strip(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what is in hand beside the contact that the columns show."""
    found = queries.strip_of(member, wanted=wanted(request))
    if found is None:
        return HttpResponse(status=204)
    return pages.render(request, "desk/strip.html", {"base": base_of(member), "strip": found})


def _lines(request: HttpRequest, member: Member, contact: Contact, shown: int) -> HttpResponse:
    talk = queries.talk_of(contact, shown=shown)
    return pages.render(request, "desk/lines_part.html", {**about(member, contact), "talk": talk})


def about(member: Member, contact: Contact) -> dict[str, object]:
    """Return what every part of a contact in hand is shown with."""
    return {
        "member": member,
        "contact": contact,
        "zone": member.programme.zone,
        "base": base_of(member),
        "at": f"{base_of(member)}/contacts/{contact.public_id}",
    }
