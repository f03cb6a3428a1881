"""What contacts keep of a person."""

from django.db.models import Q

from rapport.contacts.models import Contact, Disposition, FollowUp, Leg, Reason, Transfer
from rapport.kit.personal import Kept, Subject


def _mine(subject: Subject) -> Q:
    return Q(pk__in=subject.contacts)


KEPT = (
    Kept(
        key="contacts.contacts",
        title="Your contacts with us",
        model=Contact,
        mine=_mine,
        shown={
            "public_id": "Contact",
            "arrived_at": "When",
            "channel": "Channel",
            "direction": "Direction",
            "address": "Address or number",
            "reason__name": "About",
            "disposition__name": "How it went",
            "resolved": "Resolved, says our rep",
            "summary": "Our note",
            "value_given": "What you got",
        },
        becomes={"summary": "", "value_given": ""},
        period="contact_summary",
        since="arrived_at",
    ),
    Kept(
        key="contacts.addresses",
        title="Addresses and numbers of contacts",
        model=Contact,
        mine=_mine,
        becomes={"address": ""},
        period="contact_address",
        since="arrived_at",
    ),
    Kept(
        key="contacts.follow_ups",
        title="Our looks back at your contacts",
        model=FollowUp,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={
            "contact__public_id": "Contact",
            "at": "When",
            "holds": "The outcome still holds",
            "comment": "Comment",
        },
        becomes={"comment": ""},
        period="contact_summary",
        since="at",
    ),
    Kept(
        key="contacts.transfers",
        title="Notes between our reps",
        model=Transfer,
        mine=lambda subject: Q(contact__in=subject.contacts),
        shown={"contact__public_id": "Contact", "asked_at": "When", "note": "Note"},
        becomes={"note": ""},
        period="contact_summary",
        since="asked_at",
    ),
)
STAYS = {
    Contact: ("external_id", "queue"),  # by the call's or chat's own id, what comes late finds its contact
    Leg: ("ended_by",),
    Transfer: ("queue",),
    Reason: ("key", "name"),
    Disposition: ("key", "name"),
}
