"""What this module itself keeps of a person."""

from django.db.models import Case, F, Q, Value, When

from rapport.kit.personal import GONE, Kept, Subject
from rapport.privacy.models import Hold, Package, Period, Request

NEVER_READY = Case(When(state=Package.State.READY, then=Value(Package.State.EXPIRED)), default=F("state"))


def _of_customer(subject: Subject) -> Q:
    return Q(customer__in=subject.customers)


KEPT = (
    Kept(
        key="privacy.requests",
        title="What you asked for about your data",
        model=Request,
        mine=_of_customer,
        shown={
            "received_on": "Received",
            "kind": "What",
            "note": "Note",
            "due_on": "Due",
            "status": "Answer",
            "closed_at": "Answered",
        },
        becomes={"note": ""},
    ),
    Kept(
        key="privacy.holds",
        title="Holds on your data",
        model=Hold,
        mine=_of_customer,
        becomes={"why": GONE},
    ),
    Kept(
        key="privacy.packages",
        title="Copies of your data",
        model=Package,
        mine=_of_customer,
        shown={"asked_at": "Asked for", "made_at": "Made", "taken_at": "Handed out"},
        becomes={"content": "", "why": "", "state": NEVER_READY},
    ),
)
STAYS = {
    Request: ("opened_by", "closed_by"),
    Hold: ("placed_by", "lifted_by"),
    Package: ("asked_by", "taken_by"),
    Period: ("kind",),
}
