"""What chats keep of a person."""

from django.db.models import Q

from rapport.channels.chat.models import Message
from rapport.kit.personal import GONE, Kept

KEPT = (
    Kept(
        key="chat.messages",
        title="What was written in chats",
        model=Message,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={"contact__public_id": "Contact", "at": "When", "author": "Who", "text": "What"},
        becomes={"text": GONE},
        period="chat_text",
        since="at",
    ),
)
