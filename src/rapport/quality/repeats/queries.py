"""What the page of returns shows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from rapport.quality.repeats.access import returns_for
from rapport.quality.repeats.models import Return

if TYPE_CHECKING:
    from rapport.accounts.models import Member

SHOWN = 100


def to_mend(member: Member, cause: str) -> list[Return]:
    """Return what is not mended yet of a cause, who came last first, after contacts that the member may read."""
    rows = returns_for(member).filter(cause=cause, mended_at=None)
    rows = rows.select_related("first__rep__user", "first__reason", "next", "laid_by__user")
    return list(rows.order_by("-came_at", "-pk")[:SHOWN])


def counts(member: Member, since: datetime) -> dict[str, tuple[int, int]]:
    """Return by cause how many came back ``since`` then, and how many of all are not mended yet."""
    rows = returns_for(member).values_list("cause")
    told = rows.annotate(
        lately=Count("pk", filter=Q(came_at__gte=since)), open=Count("pk", filter=Q(mended_at=None))
    )
    return {cause: (lately, waiting) for cause, lately, waiting in told}
