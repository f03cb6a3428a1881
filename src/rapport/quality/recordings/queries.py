"""Reads of recordings, and what stood out on a contact's way through time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.quality.recordings.models import Recording

if TYPE_CHECKING:
    from rapport.contacts.models import Contact


def recordings_of(contact: Contact) -> list[Recording]:
    """Return a contact's recordings that can be heard, in the order they began; let in before."""
    rows = (
        Recording.objects.prefetch_related("pauses__by__user").filter(contact=contact).order_by("began_at", "pk")
    )
    found = list(rows.exclude(sealed_secret=""))
    for one in found:
        one.contact, one.programme = contact, contact.programme
    return found
