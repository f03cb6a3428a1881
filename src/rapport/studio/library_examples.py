"""Examples for the library: what was said in a contact, chosen message by message."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.channels.chat.queries import messages_of
from rapport.contacts.access import access_contact
from rapport.guides.library import queries
from rapport.guides.library.access import access_entry
from rapport.guides.library.examples import add_example, drop_example, without_names
from rapport.kit import pages
from rapport.kit.errors import Invalid
from rapport.studio.library import writing

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.channels.chat.models import Message
    from rapport.contacts.models import Contact
    from rapport.guides.library.models import LibraryEntry


@never_cache
@require_safe
@writing
def examples(request: HttpRequest, member: Member, key: str) -> HttpResponseBase:
    """Show what was said in a contact, without names, to choose examples from."""
    found, told = access_entry(member.programme, key), request.GET.get("contact", "").strip()
    contact = _contact(request, member, told) if told else None
    kept = {one.message for one in queries.examples_of(found)}
    messages = _messages(contact, kept) if contact else []
    context = {
        "member": member,
        "programme": member.programme,
        "section": "library",
        "entry": found,
        "contact": contact,
        "asked": told,
        "messages": messages,
    }
    return pages.render(request, "studio/library/examples.html", context)


@require_POST
@writing
def add(request: HttpRequest, member: Member, key: str) -> HttpResponseBase:
    """Keep a message as an example."""
    found = access_entry(member.programme, key)
    contact = _contact(request, member, request.POST.get("contact", ""))
    add_example(entry=found, contact=contact, message=_id(request.POST.get("message", "")), by=member)
    return _to(request, found, "Kept as an example, without names.")


@require_POST
@writing
def drop(request: HttpRequest, member: Member, key: str, example: int) -> HttpResponseBase:
    """Keep an example no longer."""
    found = access_entry(member.programme, key)
    drop_example(entry=found, example=example)
    return _to(request, found, "The example is gone.")


def _messages(contact: Contact, kept: set[UUID]) -> list[tuple[Message, str, bool]]:
    """Return what was said, each message with its words without names, and whether it is an example already."""
    return [(one, without_names(one.text, contact), one.client_id in kept) for one in messages_of(contact)]


def _contact(request: HttpRequest, member: Member, told: str) -> Contact:
    """Return a contact that the member may read, given by its id or its address; that they look is recorded."""
    found = access_contact(member, _id(told.rstrip("/").rpartition("/")[2]))
    note_look(
        lookers.person(request, member),
        what="contact",
        right=Right.WRITE_GUIDES,
        subject=found.customer.public_id if found.customer else found.public_id,
        about=f"contact {found.public_id}",
        why="an example for the library",
        once=hourly(found.public_id),
    )
    return found


def _id(told: str) -> UUID:
    try:
        return UUID(told)
    except ValueError:
        raise Invalid("Give the contact's id, or the address of its page.") from None


def _to(request: HttpRequest, found: LibraryEntry, said: str) -> HttpResponse:
    return pages.redirect(request, reverse("library-entry", args=[found.programme.key, found.key]), said=said)
