"""What returns keep of a person."""

from django.db.models import Q

from rapport.kit.personal import Kept
from rapport.quality.repeats.models import Return

KEPT = (
    Kept(
        key="repeats.returns",
        title="Why you came back, as we noted it",
        model=Return,
        mine=lambda subject: Q(first__in=subject.contacts),
        shown={"first__public_id": "Contact", "cause": "Laid to", "note": "Note"},
        becomes={"note": ""},
        period="contact_summary",
        since="found_at",
    ),
)
