"""Background work of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q

from rapport.accounts.doors import one_by_one_in_each_real
from rapport.events.actions import announce
from rapport.guides.events import LibraryOverdue
from rapport.guides.library.models import LibraryEntry
from rapport.guides.library.queries import overdue, today_of
from rapport.jobs.actions import periodic

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


@periodic("guides.tell_overdue", cron="23 4 * * *")
def tell_overdue(timestamp: int) -> None:
    """Tell, every morning, of the entries whose day of review has passed: of each day once."""
    one_by_one_in_each_real(untold, tell)


def untold(programme: Programme) -> list[LibraryEntry]:
    """Return the overdue entries of which nobody was told yet."""
    new = Q(told_overdue__isnull=True) | ~Q(told_overdue=F("review_on"))
    return list(overdue(programme, today_of(programme)).filter(new).select_related("programme"))


def tell(entry: LibraryEntry) -> bool:
    """Announce that an entry is overdue; says whether it was told now."""
    open_ = LibraryEntry.objects.filter(pk=entry.pk, review_on=entry.review_on)
    if not open_.exclude(told_overdue=entry.review_on).update(told_overdue=entry.review_on):
        return False
    told = LibraryOverdue(kind=entry.kind, key=entry.key, review_on=entry.review_on.isoformat())
    announce(told, programme=entry.programme, subject=entry.public_id, actor="system")
    return True
