"""What thanks keep of a person: words about a contact may name the customer."""

from django.db.models import Model, Q

from rapport.kit.personal import Kept
from rapport.recognition.kudos.models import Kudos, Uncommon

KEPT = (
    Kept(
        key="kudos.words",
        title="Thanks that a rep got for a contact of yours",
        model=Kudos,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={"contact__public_id": "Contact", "at": "When", "words": "Words"},
        becomes={"words": ""},
        period="contact_summary",
        since="at",
    ),
    Kept(
        key="kudos.uncommon",
        title="Why a contact of yours was uncommon service, or not",
        model=Uncommon,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={"contact__public_id": "Contact", "at": "When", "why": "Why"},
        becomes={"why": ""},
        period="contact_summary",
        since="at",
    ),
)
STAYS: dict[type[Model], tuple[str, ...]] = {Uncommon: ("rules",)}
