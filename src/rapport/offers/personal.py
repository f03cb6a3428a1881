"""What wishes to leave keep of a person. That they cancelled, and when, is kept as long as the law asks."""

from django.db.models import Q

from rapport.kit.personal import Kept
from rapport.offers.models import Cancellation, CancelRequest, FairSaveRules, LeavingReason, SaveAttempt

KEPT = (
    Kept(
        key="offers.attempts",
        title="Your wishes to leave, and what came of them",
        model=SaveAttempt,
        mine=lambda subject: Q(customer__in=subject.customers),
        shown={
            "opened_at": "When",
            "product": "Product",
            "holding": "Contract",
            "reason__name": "Reason",
            "would_change": "What would have to change",
            "outcome": "What came of it",
            "because": "Why you stayed",
        },
        becomes={"holding": "", "would_change": "", "because": ""},
        period="contact_summary",
        since="opened_at",
    ),
    Kept(
        key="offers.cancellations",
        title="What you cancelled",
        model=Cancellation,
        mine=lambda subject: Q(customer__in=subject.customers),
        shown={
            "reference": "Certificate",
            "at": "When",
            "product": "Product",
            "holding": "Contract",
            "state": "What the partner did",
            "said": "What was said of it",
        },
        becomes={"holding": "", "said": ""},
        period="cancellations",
        since="at",
    ),
    Kept(
        key="offers.requests",
        title="Your requests to cancel",
        model=CancelRequest,
        mine=lambda subject: Q(customer__in=subject.customers) | Q(contact__in=subject.contacts),
        shown={
            "reference": "Reference",
            "asked_at": "When",
            "email": "E-mail address",
            "number": "Number",
            "words": "Words",
            "state": "What came of it",
        },
        becomes={"email": "", "number": "", "words": "", "note": ""},
        period="cancellations",
        since="asked_at",
    ),
)
STAYS = {
    SaveAttempt: ("product", "channel", "jurisdiction", "offer", "rebuttals", "guide"),
    Cancellation: ("reference", "product", "settled_by"),
    CancelRequest: ("reference",),
    LeavingReason: ("key", "name"),
    FairSaveRules: ("text", "note"),
}
