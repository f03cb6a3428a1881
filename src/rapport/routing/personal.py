"""What routing keeps of a person: call-backs. Why a contact came to a rep is told in keys and seconds."""

from django.db.models import Q

from rapport.kit.personal import Kept
from rapport.routing.models import CallBack, Offer, PermitRule, PlanVersion, Proficiency, WaitEstimate

KEPT = (
    Kept(
        key="routing.call_backs",
        title="Call-backs",
        model=CallBack,
        mine=lambda subject: Q(about__in=subject.contacts),
        shown={"about__public_id": "Contact", "due_at": "When", "phone": "Number", "note": "Note"},
        becomes={"phone": "", "note": ""},
        period="contact_address",
        since="due_at",
    ),
)
STAYS = {
    Offer: ("words", "trace"),
    PermitRule: ("name", "skill"),
    PlanVersion: ("text", "note"),
    Proficiency: ("skill", "granted_by"),
    WaitEstimate: ("queue",),
}
