"""The library beside the conversation: what fits the contact, what is looked for, and that words were used."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.contacts.access import access_in_hand
from rapport.guides import actions as guides
from rapport.guides.library import actions, queries
from rapport.kit import pages
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact
    from rapport.guides.library.queries import Live

at_desk = staff_page(Right.TAKE_CONTACTS)
SHOWN = 8
LONGEST_TEXT = 200


@never_cache
@require_safe
@at_desk
def look(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Show what the words fit; without words the rebuttals made for such a contact."""
    contact = access_in_hand(member, contact_id)
    text = request.GET.get("text", "")[:LONGEST_TEXT]
    found = _found(contact, text) if text.strip() else queries.rebuttals_for(contact, limit=SHOWN)
    guides.note_shown(contact, entries=[one.key for one in found], actor=f"member:{member.pk}")
    context = {
        "contact": contact,
        "asked": text.strip(),
        "found": found,
        "at": f"/at/{member.programme.key}/desk/contacts/{contact.public_id}",
    }
    return pages.render(request, "desk/library_found.html", context)


@require_POST
@at_desk
def use(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Note that words of the library were used on the contact."""
    contact, key = access_in_hand(member, contact_id), request.POST.get("key", "")
    if not key:
        raise Invalid("Say which entry was used.")
    actions.use(member=member, contact=contact, key=key)
    return HttpResponse(status=204)


def _found(contact: Contact, text: str) -> list[Live]:
    """Return what can be said or read out; for an objection, what answers it."""
    found: dict[str, Live] = {}
    for one in queries.search(contact.programme, text, contact=contact, limit=SHOWN):
        is_said = one.kind == "objection"
        told = queries.rebuttals_of(contact.programme, one.key, contact=contact) if is_said else [one]
        for each in told:
            found.setdefault(each.key, each)
    return list(found.values())[:SHOWN]
