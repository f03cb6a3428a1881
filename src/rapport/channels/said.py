"""Telling, with the caller's commit, that something was said on a contact; who listens reads it in its channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from rapport.contacts.models import Contact

CHANNEL = "rapport_said"


def tell(contact: Contact) -> None:
    """Wake whoever listens to what is said; nothing of it is in the notification."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{contact.programme_id} {contact.public_id}"])
