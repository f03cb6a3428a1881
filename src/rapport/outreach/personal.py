"""What lists keep of a person: that they are on one, and when they came and went."""

from django.db.models import Q

from rapport.kit.personal import Kept
from rapport.outreach.models import CustomerList, ListMember, ListMove, ListRefresh, ListVersion

KEPT = (
    Kept(
        key="outreach.members",
        title="Lists of customers that you are on",
        model=ListMember,
        mine=lambda subject: Q(customer__in=subject.customers),
        shown={"list__name": "List", "since": "Since"},
    ),
    Kept(
        key="outreach.moves",
        title="When you came to a list of customers, or went",
        model=ListMove,
        mine=lambda subject: Q(customer__in=subject.customers),
        shown={"refresh__list__name": "List", "at": "When", "came": "Came", "because": "Why you went"},
        period="file_changes",
        since="at",
    ),
)
STAYS = {
    CustomerList: ("name",),
    ListVersion: ("content", "note"),
    ListRefresh: ("kept_off",),
}
