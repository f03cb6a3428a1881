"""What prompts keep of a person: what was promised, until it is on file."""

from django.db.models import Q

from rapport.kit.personal import Kept
from rapport.prompts.models import OpenQuestions, Prompt, ReasonModel

KEPT = (
    Kept(
        key="prompts.words",
        title="Promises that were heard in what was said",
        model=Prompt,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={"contact__public_id": "Contact", "made_at": "When", "kind": "What was heard", "words": "Words"},
        becomes={"words": ""},
        period="chat_text",
        since="made_at",
    ),
)
STAYS = {Prompt: ("about", "because"), ReasonModel: ("figures", "content"), OpenQuestions: ("groups",)}
"""A model keeps counts, ids of contacts, and what at least three sentences share: nobody's words."""
