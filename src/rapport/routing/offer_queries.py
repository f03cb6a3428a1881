"""Reads of the offers of one contact: to whom it rang, why to them, and how that ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rapport.accounts.queries import members_of
from rapport.routing.models import Offer
from rapport.routing.trace import told_to_rep

if TYPE_CHECKING:
    from rapport.contacts.models import Contact

OF_REPS = ("rep", "people", "eligible", "passed_over")
"""What in a trace names reps, by keys of our own."""


@dataclass(frozen=True, slots=True)
class OfferTold:
    """One offer of a contact: how it ended (empty while it rings), and its trace in words and as data."""

    id: UUID
    rep: str
    offered_at: datetime
    ended_at: datetime | None
    result: str
    declined_because: str
    words: str
    trace: dict[str, Any]


def offers_of(contact: Contact, *, with_colleagues: bool) -> list[OfferTold]:
    """Return every offer of the contact, oldest first; without colleagues nothing tells of those passed over."""
    called = {one.pk: one.agent_id for one in members_of(contact.programme)}
    return [
        OfferTold(
            id=one.public_id,
            rep=called.get(one.member_id, ""),
            offered_at=one.offered_at,
            ended_at=one.ended_at,
            result=one.result,
            declined_because=one.declined_because,
            words=one.words if with_colleagues else told_to_rep(one.words),
            trace=_called(one.trace, called) if with_colleagues else {},
        )
        for one in Offer.objects.filter(contact=contact).order_by("pk")
    ]


def _called(trace: dict[str, Any], called: dict[int, str]) -> dict[str, Any]:
    """Return a trace in which reps are called as the partner calls them."""
    told = {key: value for key, value in trace.items() if key != "contact"}
    for key in set(OF_REPS).intersection(told):
        told[key] = _renamed(told[key], called)
    return told


def _renamed(told: Any, called: dict[int, str]) -> Any:
    if isinstance(told, list):
        return [_renamed(one, called) for one in told]
    if isinstance(told, dict):
        return {**told, "rep": called.get(told["rep"], "")}
    return called.get(told, "")
