"""What was said in real contacts and shows an entry at work: kept without what names the person, and with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.channels.chat.queries import messages_of
from rapport.customers.queries import points_of
from rapport.guides.library.models import LibraryEntry, LibraryExample
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact

LONGEST = 500
MOST = 50
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]*\w")
_NUMBER = re.compile(r"\+?\d[\d\s()/.-]{6,}\d")


@transaction.atomic
def add_example(*, entry: LibraryEntry, contact: Contact, message: UUID, by: Member) -> LibraryExample:
    """Keep a message of a contact as an example of the entry; the same one again changes nothing."""
    found = next((one for one in messages_of(contact) if one.client_id == message), None)
    if found is None:
        raise NotFound("This message is not in the contact.")
    if contact.customer is not None and not contact.customer.is_active:
        raise Conflict("This customer's data is restricted or erased, so nothing more may be made of it.")
    if LibraryExample.objects.filter(entry=entry).count() >= MOST:
        raise Invalid(f"An entry has at most {MOST} examples. Take one out first.")
    words = without_names(found.text, contact)[:LONGEST].strip()
    made, _ = LibraryExample.objects.get_or_create(
        entry=entry,
        message=message,
        defaults={
            "programme_id": entry.programme_id,
            "contact": contact,
            "author": found.author,
            "words": words,
            "added_by": by,
            "added_at": clock.now(),
        },
    )
    return made


@transaction.atomic
def drop_example(*, entry: LibraryEntry, example: int) -> None:
    """Keep an example no longer."""
    LibraryExample.objects.filter(entry=entry, pk=example).delete()


def without_addresses(text: str) -> str:
    """Return the text without what is sensitive, addresses, and numbers as long as a telephone's."""
    return _NUMBER.sub(redaction.HIDDEN, _ADDRESS.sub(redaction.HIDDEN, redaction.mask(text).text))


def without_names(text: str, contact: Contact) -> str:
    """Return the text without the customer's and the rep's names, addresses and numbers."""
    text = without_addresses(text)
    people = [contact.customer.name if contact.customer else "", contact.rep.name if contact.rep else ""]
    values = [one.value for one in points_of(contact.customer)] if contact.customer else []
    words = [word for name in people for word in name.split() if len(word) > 1] + values
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", redaction.HIDDEN, text, flags=re.IGNORECASE)
    return text
