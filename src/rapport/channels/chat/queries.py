"""Reads of chat."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rapport.channels.chat.models import Conversation, Message
from rapport.kit import clock

if TYPE_CHECKING:
    from rapport.contacts.models import Contact

AWAY_AFTER = timedelta(seconds=30)


def messages_of(contact: Contact, *, after: int = 0) -> list[Message]:
    """Return the messages of a chat in order, behind the id ``after``."""
    return list(
        Message.objects.select_related("member__user").filter(contact=contact, pk__gt=after).order_by("pk")
    )


def customer_is_away(contact: Contact) -> bool:
    """Say whether the customer's page has been silent for a while."""
    seen = Conversation.objects.filter(contact=contact).values_list("customer_seen_at", flat=True).first()
    return seen is not None and seen < clock.now() - AWAY_AFTER
