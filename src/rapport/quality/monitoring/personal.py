"""What sitting in keeps of a person: whispers may speak of the customer."""

from django.db.models import Q

from rapport.kit.personal import GONE, Kept
from rapport.quality.monitoring.models import Whisper

KEPT = (
    Kept(
        key="monitoring.whispers",
        title="What colleagues wrote to the rep during chats",
        model=Whisper,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={"contact__public_id": "Contact", "at": "When", "text": "What"},
        becomes={"text": GONE},
        period="chat_text",
        since="at",
    ),
)
