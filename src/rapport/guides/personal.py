"""What guides keep of a person: why a touch point was left out, and what they said that is kept as an example."""

from django.db.models import Q

from rapport.guides.library.models import (
    LibraryEntry,
    LibraryExample,
    LibrarySpelling,
    LibraryTerm,
    LibraryVersion,
)
from rapport.guides.models import Guide, GuideVersion, Progress
from rapport.kit.personal import Kept

KEPT = (
    Kept(
        key="guides.left_open",
        title="Why touch points were left open",
        model=Progress,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={"contact__public_id": "Contact", "began_at": "When", "open_because": "Why"},
        becomes={"open_because": ""},
        period="contact_summary",
        since="began_at",
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
    Progress: ("ticked",),
    Guide: ("name",),
    GuideVersion: ("steps",),
    LibraryEntry: ("key",),
    LibraryVersion: ("title", "content", "note"),
    LibraryTerm: ("term",),
    LibrarySpelling: ("rest", "term"),
}
