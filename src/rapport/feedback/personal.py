"""What surveys keep of a person: their sentence. Ratings are figures, and stay."""

from django.db.models import Q

from rapport.feedback.models import Survey
from rapport.kit.personal import Kept

KEPT = (
    Kept(
        key="feedback.surveys",
        title="What you said of your contacts",
        model=Survey,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={
            "contact__public_id": "Contact",
            "answered_at": "When",
            "rating": "Rating",
            "resolved": "Resolved",
            "comment": "Comment",
        },
        becomes={"comment": ""},
        period="survey_comment",
        since="answered_at",
    ),
)
