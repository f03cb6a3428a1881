"""Reads of replays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.replays.models import Replay

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


def replays_of(programme: Programme, *, limit: int = 50) -> list[Replay]:
    """Return the newest replays, without their results."""
    found = Replay.objects.select_related("asked_by__user").filter(programme=programme)
    return list(found.defer("result").order_by("-asked_at", "-pk")[:limit])
