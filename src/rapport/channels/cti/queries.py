"""Reads of what a telephone system told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rapport.channels.cti.models import CallEvent

if TYPE_CHECKING:
    from rapport.contacts.models import Contact


def held_since(contact: Contact) -> datetime | None:
    """Return since when the customer of a call in hand is on hold; None where they are not."""
    if contact.state != "active" or not (contact.external_id or "").startswith("call:"):
        return None
    last = (
        CallEvent.objects.filter(
            programme=contact.programme_id,
            call_id=(contact.external_id or "").removeprefix("call:"),
            event__in=("hold", "resume", "answer", "transfer"),
        )
        .order_by("-at", "-pk")
        .first()
    )
    return last.at if last is not None and last.event == "hold" else None
