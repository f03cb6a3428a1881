"""What guides keep of a person: the words why a touch point was left out."""

from django.db.models import Q

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
)
STAYS = {Progress: ("ticked",), Guide: ("name",), GuideVersion: ("steps",)}
