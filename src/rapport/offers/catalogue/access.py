"""The only gate to offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.kit.errors import NotFound
from rapport.offers.models import KeptOffer

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


def access_offer(programme: Programme, key: str) -> KeptOffer:
    """Return an offer of the programme, for whom a door has let in."""
    found = KeptOffer.objects.select_related("programme").filter(programme=programme, key=key).first()
    if found is None:
        raise NotFound
    return found
