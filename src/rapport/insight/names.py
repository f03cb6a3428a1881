"""What groups are called on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.accounts.names import Names
from rapport.contacts.queries import reason_names
from rapport.customers.promises.kinds import kind_names
from rapport.customers.queries import segments_of
from rapport.guides import versions as guides
from rapport.guides.library.queries import rebuttal_titles
from rapport.insight.figures import Group
from rapport.offers.catalogue import queries as offers
from rapport.offers.leaving.queries import reasons_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
UNKNOWN = {
    "rep": "Nobody, or not known",
    "reason": "No reason",
    "queue": "No queue",
    "segment": "No segment",
    "plan": "None was being tried",
    "leaving_reason": "No reason found out",
    "leaving_detail": "Nothing more known",
    "offer": "No offer",
    "offer_version": "No offer",
    "guide_version": "No guide",
    "rebuttal": "No rebuttal",
    "team": "No team",
    "seller": "Seller not known",
    "selling_team": "Selling team not known",
    "product": "Product not said",
}


def names_of(programme: Programme, dimension: str, people: Names) -> dict[Group, str]:
    """Return the names of a dimension's groups; a group without a name goes by its key."""
    if dimension == "rep":
        return dict(people.by_agent.items())
    if dimension == "reason":
        return dict(reason_names(programme).items())
    if dimension == "kind":
        return dict(kind_names(programme).items())
    if dimension == "segment":
        return {segment.key: segment.name for segment in segments_of(programme)}
    if dimension in ("leaving_reason", "leaving_detail"):
        return {
            one.key: one.name
            for group in reasons_of(programme, with_retired=True)
            for one in (group.reason, *group.details)
        }
    if dimension == "rebuttal":
        told = rebuttal_titles(programme)
        return {f"{key}/{number}": f"{title}, version {number}" for key, number, title in told}
    what, _, is_version = dimension.partition("_")
    if what in ("offer", "guide"):
        told = offers.titles_of(programme) if what == "offer" else guides.titles_of(programme)
        if is_version:
            return {f"{key} {number}": f"{title}, version {number}" for key, number, title in told}
        return {key: title for key, _, title in told}
    return {"chat": "Chat", "voice": "Telephone"} if dimension == "channel" else {}


def name_of(names: dict[Group, str], dimension: str, group: Group) -> str:
    """Return what one group is called."""
    if group is None:
        return UNKNOWN.get(dimension, "Unknown")
    return f"Version {group}" if dimension == "plan" else names.get(group, str(group))
