"""What drafts keep of a person: what a service wrote for them to be told."""

from django.db.models import Q

from rapport.drafts.models import Draft, Service
from rapport.kit.personal import Kept

KEPT = (
    Kept(
        key="drafts.text",
        title="Drafts of answers",
        model=Draft,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={"contact__public_id": "Contact", "asked_at": "When", "text": "Words"},
        becomes={"text": ""},
        period="chat_text",
        since="asked_at",
    ),
)
STAYS = {Draft: ("problem",), Service: ("base", "model", "guidance", "sealed_secret")}
