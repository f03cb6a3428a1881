"""What recordings and remarks keep of a person."""

from django.db.models import Model, Q

from rapport.kit.personal import Kept
from rapport.quality.recordings.models import Recording, Remark

KEPT = (
    Kept(
        key="quality.recordings",
        title="Recordings of your calls",
        model=Recording,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={
            "contact__public_id": "Contact",
            "began_at": "When",
            "basis": "Why it was recorded",
            "public_id": "Recording",
        },
        becomes={"sealed_secret": "", "outline": b""},  # without its key nobody hears the file; a job removes it
        period="recordings",
        since="began_at",
    ),
    Kept(
        key="quality.remarks",
        title="Remarks on your contacts",
        model=Remark,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={"contact__public_id": "Contact", "moment": "When", "words": "Words"},
        period="contact_summary",
        since="made_at",
    ),
)
STAYS: dict[type[Model], tuple[str, ...]] = {Recording: ("sha256",)}
