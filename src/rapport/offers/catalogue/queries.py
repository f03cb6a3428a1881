"""Reads of offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from rapport.guides.connectors.queries import reaches
from rapport.kit import clock, versions
from rapport.offers.catalogue.definition import Known, Offer, Rules, offer_kept, read_rules
from rapport.offers.catalogue.newcomers import Flag, flag_of
from rapport.offers.models import Allowance, KeptOffer, OfferRules, OfferVersion
from rapport.routing.queries import skill_keys

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


@dataclass(frozen=True, slots=True)
class Live:
    """An offer as it is live now."""

    row: KeptOffer
    version: int
    offer: Offer


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a stock, or of a month's budget; amounts in minor units."""

    of: str
    most: int
    held: int
    used: int

    @property
    def left(self) -> int:
        """What can still be given."""
        return max(0, self.most - self.held - self.used)

    @property
    def share_used(self) -> float:
        """The share that is held or used."""
        return (self.held + self.used) / self.most if self.most else 1.0


@dataclass(frozen=True, slots=True)
class Listed:
    """An offer in a list: the version that is live, the newest one, and what is left."""

    row: KeptOffer
    live: OfferVersion | None
    newest: OfferVersion
    state: str
    offer: Offer
    left: list[Left]


def live_versions(programme: Programme, *, at: datetime | None = None) -> QuerySet[OfferVersion]:
    """Return the versions that are live now, or at an instant; one of each offer at most."""
    return versions.live_versions(OfferVersion, programme, at=at)


def live_offers(programme: Programme) -> list[Live]:
    """Return the offers that are live, by key."""
    rows = live_versions(programme).order_by("offer__key")
    return [Live(one.offer, one.number, offer_kept(one.text)) for one in rows]


def rules_of(programme: Programme) -> Rules:
    """Return how the programme chooses offers; as is usual where it has not said."""
    text = OfferRules.objects.filter(programme=programme).values_list("text", flat=True).first()
    return _rules(text or "")


@lru_cache(maxsize=256)
def _rules(text: str) -> Rules:
    return read_rules(text)


def rules_row(programme: Programme) -> OfferRules | None:
    """Return the programme's rules of offers as they are kept."""
    return OfferRules.objects.select_related("changed_by__user").filter(programme=programme).first()


def known_names(programme: Programme) -> Known:
    """Return the names that an offer of the programme may use."""
    return Known(connectors=reaches(programme), skills=skill_keys(programme))


def offers_of(programme: Programme) -> list[Listed]:
    """Return the programme's offers by name, the live ones first."""
    live = {one.offer_id: one for one in live_versions(programme)}
    left = _left_of(programme)
    rows = []
    for one in versions.newest_versions(OfferVersion, programme):
        shown = live.get(one.offer_id, one)
        offer = offer_kept(shown.text)
        state = shown.state(live.get(one.offer_id))
        rows.append(Listed(one.offer, live.get(one.offer_id), one, state, offer, _left(offer, left, one.offer_id)))
    return sorted(rows, key=lambda one: (one.state != "live", one.offer.name.casefold()))


def left_of(row: KeptOffer, offer: Offer) -> list[Left]:
    """Return what is left of an offer's stock and of this month's budget, where it has any."""
    return _left(offer, _left_of(row.programme, row.pk), row.pk)


def titles_of(programme: Programme) -> list[tuple[str, int, str]]:
    """Return the offer's key, the number and the name of each version that was ever live, the oldest first."""
    rows = OfferVersion.objects.filter(programme=programme, live_from__isnull=False)
    return list(rows.order_by("number").values_list("offer__key", "number", "name"))


def flag_on(programme: Programme, key: str, offer: Offer) -> Flag | None:
    """Return the flag that an offer gets beside what else is live, where it is better for newcomers."""
    others = {one.offer.name: one.offer for one in live_offers(programme) if one.row.key != key}
    return flag_of(offer, others, rules_of(programme))


def month_of(programme: Programme, at: datetime | None = None) -> date:
    """Return the first day of the month it is where the programme works."""
    return (at or clock.now()).astimezone(programme.zone).date().replace(day=1)


def _left_of(programme: Programme, offer_id: int | None = None) -> dict[tuple[int, str], Allowance]:
    rows = Allowance.objects.filter(Q(month=month_of(programme)) | Q(month=None), programme=programme)
    if offer_id is not None:
        rows = rows.filter(offer=offer_id)
    return {(one.offer_id, one.of): one for one in rows}


def _left(offer: Offer, rows: dict[tuple[int, str], Allowance], offer_id: int) -> list[Left]:
    found = []
    for of, most in (("stock", offer.stock), ("budget", offer.budget)):
        if most is not None:
            row = rows.get((offer_id, of))
            found.append(Left(of, most, row.held if row else 0, row.used if row else 0))
    return found
