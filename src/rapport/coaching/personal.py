"""What coaching keeps of a person: notes on a one-to-one about a contact with them. The rest is about reps."""

from django.db.models import Q

from rapport.coaching.models import (
    AgreedAction,
    Duty,
    Effect,
    Hard,
    OneToOne,
    Rhythm,
    RolePlay,
    SharedContact,
    Sharing,
    Standing,
)
from rapport.kit.personal import Kept

KEPT = (
    Kept(
        key="coaching.notes",
        title="Notes of one-to-ones in which a contact of yours was talked about",
        model=OneToOne,
        mine=lambda subject: Q(selection__contact__in=subject.contacts),
        shown={"selection__contact__public_id": "Contact", "planned_for": "When", "notes": "Notes"},
        becomes={"notes": ""},
        period="contact_summary",
        since="planned_for",
    ),
)
STAYS = {
    Rhythm: (),
    OneToOne: ("state", "ended_by", "method"),
    AgreedAction: ("criterion", "what", "outcome"),
    Standing: ("measure", "weeks"),
    Effect: ("measure", "method"),
    Hard: ("reason", "kind"),
    Duty: ("ended_by",),
    Sharing: ("measure", "does"),
    SharedContact: (),
    RolePlay: ("situation", "rebuttals", "went"),
}
"""Actions, role plays and what is shared say what a rep does, and name no customer."""
