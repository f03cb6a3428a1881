"""What came of contacts on which the words of an entry were used: how many, and what that many can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from rapport.guides.library.models import LibraryUse
from rapport.numeric.intervals import share_interval

if TYPE_CHECKING:
    from rapport.guides.library.models import LibraryEntry

MOST_REASONS = 8


@dataclass(frozen=True, slots=True)
class Worth:
    """Of ``told`` contacts whose rep said either, ``resolved`` were; "reason" is empty for all together."""

    reason: str
    used: int
    told: int
    resolved: int

    @property
    def range(self) -> tuple[float, float] | None:
        """Where the share of all such contacts lies, at 95 %; None where nothing was told."""
        if not self.told:
            return None
        low, high = share_interval(self.resolved, self.told)
        return max(0.0, float(low)), min(1.0, float(high))


def worth_of(entry: LibraryEntry) -> list[Worth]:
    """Return what came of its uses: of all, then by reason, the most frequent first."""
    rows = LibraryUse.objects.filter(entry=entry).values_list("contact__reason__name")
    counted = rows.annotate(
        used=Count("pk"),
        told=Count("pk", filter=Q(contact__resolved__isnull=False)),
        resolved=Count("pk", filter=Q(contact__resolved=True)),
    )
    found = [
        Worth(reason or "Not said", *counts)
        for reason, *counts in counted.order_by("-used", "contact__reason__name")
    ]
    if not found:
        return []
    whole = Worth(
        "", sum(one.used for one in found), sum(one.told for one in found), sum(one.resolved for one in found)
    )
    return [whole, *found[:MOST_REASONS]]
