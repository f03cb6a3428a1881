"""Reads of feeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.feeds.models import Contract, Decision, Delivery
from rapport.feeds.terms import INCOMING, OUTGOING, Terms, read_terms
from rapport.kit import clock
from rapport.kit.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Programme

FEEDS = (*INCOMING, *OUTGOING)


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed as both sides see it."""

    key: str
    direction: str
    contract: Contract | None
    terms: Terms | None
    last: Delivery | None
    due_at: datetime | None

    @property
    def state(self) -> str:
        """``running``, ``stopped``, ``late``, or ``no contract``."""
        if self.contract is None:
            return "no contract"
        if self.contract.state == Contract.State.STOPPED:
            return "stopped"
        return "late" if self.due_at is not None and self.due_at < clock.now() else "running"

    @property
    def why(self) -> list[str]:
        """What is wrong with the last delivery, in words."""
        return [each["words"] for each in self.last.why] if self.last else []


def feeds_of(programme: Programme) -> list[Feed]:
    """Return every feed of the programme, with its contract and its last delivery."""
    contracts = {each.feed: each for each in Contract.objects.filter(programme=programme)}
    latest = Delivery.objects.filter(programme=programme).order_by("feed", "-at", "-pk").distinct("feed")
    last = {each.feed: each for each in latest}
    return [_feed(key, contracts.get(key), last.get(key)) for key in FEEDS]


def feed_of(programme: Programme, key: str) -> Feed:
    """Return one feed; NotFound where there is none of this name."""
    for feed in feeds_of(programme):
        if feed.key == key:
            return feed
    raise NotFound


def deliveries_of(programme: Programme, *, feed: str = "", limit: int = 50) -> list[Delivery]:
    """Return the latest deliveries, newest first."""
    found = Delivery.objects.filter(programme=programme)
    return list((found.filter(feed=feed) if feed else found).order_by("-at", "-pk")[:limit])


def decisions_of(programme: Programme, *, feed: str, limit: int = 20) -> list[Decision]:
    """Return who released, stopped or accepted what, and why; newest first."""
    found = Decision.objects.filter(programme=programme, contract__feed=feed)
    return list(found.select_related("delivery").order_by("-at", "-pk")[:limit])


def delivery_by_id(programme: Programme, public_id: UUID) -> Delivery:
    """Return one delivery of the programme."""
    found = Delivery.objects.select_related("programme").filter(programme=programme, public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such delivery.")
    return found


def kept_deliveries(programme_id: int) -> list[Delivery]:
    """Return the deliveries of which a file is kept."""
    return list(Delivery.objects.select_related("programme").filter(programme=programme_id).exclude(kept=""))


def kept_before(programme: Programme, instant: datetime) -> QuerySet[Delivery]:
    """Return the deliveries older than an instant of which a file is kept."""
    found = Delivery.objects.select_related("programme").filter(programme=programme, at__lt=instant)
    return found.exclude(kept="")


def _feed(key: str, contract: Contract | None, last: Delivery | None) -> Feed:
    terms = read_terms(contract.text) if contract else None
    due_at = None
    if contract is not None and terms is not None and terms.every_hours is not None:
        due_at = (contract.last_at or contract.since) + timedelta(hours=terms.every_hours)
    return Feed(key, "in" if key in INCOMING else "out", contract, terms, last, due_at)
