"""What quality keeps of a person: what was written about a contact with them. Scores stay, and are of the rep."""

from django.db.models import Model, Q

from rapport.kit.personal import Kept
from rapport.quality.models import Answer, Appeal, Evaluation, SamplingRule, ScorecardVersion, Selection
from rapport.quality.recordings import personal as recordings

KEPT = (
    Kept(
        key="quality.evaluations",
        title="How your contacts were judged, in words",
        model=Evaluation,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={
            "contact__public_id": "Contact",
            "submitted_at": "When",
            "strengths": "What went well",
            "next_time": "What could go better",
        },
        becomes={"strengths": "", "next_time": "", "reply": ""},
        period="contact_summary",
        since="begun_at",
    ),
    Kept(
        key="quality.answers",
        title="Comments on how your contacts were handled",
        model=Answer,
        mine=lambda subject: Q(evaluation__contact__in=subject.contacts),
        shown={"evaluation__contact__public_id": "Contact", "question": "Question", "comment": "Comment"},
        becomes={"comment": ""},
        period="contact_summary",
        since="at",
    ),
    Kept(
        key="quality.appeals",
        title="What reps said to such judgements",
        model=Appeal,
        mine=lambda subject: Q(evaluation__contact__in=subject.contacts),
        shown={"evaluation__contact__public_id": "Contact", "made_at": "When", "words": "Words"},
        becomes={"words": ""},
        period="contact_summary",
        since="made_at",
    ),
    *recordings.KEPT,
)
STAYS: dict[type[Model], tuple[str, ...]] = {
    **recordings.STAYS,
    ScorecardVersion: ("text", "note"),
    SamplingRule: ("key",),
    Selection: ("origin", "passed_over"),
    Evaluation: ("kind",),
    Answer: ("question", "evidence"),
}
"""Evidence is written by the code: counts and names of facts."""
