"""What guides keep of a person: answers, why touch points were left out, and what is kept as an example."""

from django.db.models import Q

from rapport.guides.library.models import (
    LibraryEntry,
    LibraryExample,
    LibrarySpelling,
    LibraryTerm,
    LibraryVersion,
)
from rapport.guides.models import Alone, Connector, Guide, GuideVersion, Progress, Transaction
from rapport.guides.trials.models import WordsTrial
from rapport.kit.personal import Kept

KEPT = (
    Kept(
        key="guides.told",
        title="What was answered in guides, and why touch points were left open",
        model=Progress,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={
            "contact__public_id": "Contact",
            "began_at": "When",
            "told": "What was answered",
            "open_because": "Why touch points were left open",
        },
        becomes={"told": {}, "open_because": ""},
        period="contact_summary",
        since="began_at",
    ),
    Kept(
        key="guides.transactions",
        title="What was done for you in other systems",
        model=Transaction,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={
            "contact__public_id": "Contact",
            "asked_at": "When",
            "step": "What",
            "state": "What came of it",
            "sent": "What was sent",
            "given": "What was answered",
            "said": "What was said of it",
        },
        becomes={"sent": {}, "given": {}, "said": ""},
        period="contact_summary",
        since="asked_at",
    ),
    Kept(
        key="guides.examples",
        title="What you said, kept as an example",
        model=LibraryExample,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={"contact__public_id": "Contact", "added_at": "When", "words": "Words"},
        period="contact_summary",
        since="added_at",
    ),
)
STAYS = {
    Progress: ("state", "steps", "here", "drawn"),
    Connector: ("text", "sealed_secret"),
    Transaction: ("step", "connector", "transaction"),
    Alone: ("step",),
    Guide: ("key", "name"),
    GuideVersion: ("text", "note", "returned_because"),
    LibraryEntry: ("key",),
    LibraryVersion: ("title", "content", "note"),
    WordsTrial: ("step", "words", "key", "metric"),
    LibraryTerm: ("term",),
    LibrarySpelling: ("rest", "term"),
}
