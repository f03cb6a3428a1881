"""Reads of what the partner is to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.models import Count

from rapport.offers.models import Fulfilment

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

FAILED = (Fulfilment.State.FAILED, Fulfilment.State.REFUSED, Fulfilment.State.UNKNOWN)
_WITH = ("contact__customer", "presentation__offer", "presentation__member__user", "presentation__choice__attempt")


def to_look_at(programme: Programme, *, limit: int = 100) -> Sequence[Fulfilment]:
    """Return what failed or may have been done and nobody settled, the oldest first."""
    rows = Fulfilment.objects.filter(programme=programme, state__in=FAILED, settled_by__isnull=True)
    return list(rows.select_related(*_WITH).order_by("asked_at", "pk")[:limit])


def waiting(programme: Programme, *, limit: int = 100) -> Sequence[Fulfilment]:
    """Return what the partner is still to do, the oldest first."""
    rows = Fulfilment.objects.filter(programme=programme, state=Fulfilment.State.WAITING)
    return list(rows.select_related(*_WITH).order_by("asked_at", "pk")[:limit])


def to_fetch(programme: Programme, *, limit: int) -> Sequence[Fulfilment]:
    """Return what waits for the partner's program to fetch and acknowledge it, the oldest first."""
    rows = Fulfilment.objects.filter(programme=programme, state=Fulfilment.State.WAITING, connector="")
    return list(rows.select_related(*_WITH).order_by("asked_at", "pk")[:limit])


def counts(programme: Programme) -> Mapping[str, int]:
    """Return how many there are in each state."""
    rows = Fulfilment.objects.filter(programme=programme).values_list("state").annotate(many=Count("pk"))
    return dict(rows)
