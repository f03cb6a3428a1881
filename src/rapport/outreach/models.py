"""Tables of outreach, each by its part."""

from rapport.outreach.lists.models import CustomerList, ListMember, ListMove, ListRefresh, ListVersion

__all__ = ["CustomerList", "ListMember", "ListMove", "ListRefresh", "ListVersion"]
