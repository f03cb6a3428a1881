"""The entries of a library in a list, as those see it who look after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from rapport.guides.library.models import LibraryEntry, LibraryVersion
from rapport.guides.library.queries import STANDING, VersionRow, live_versions, today_of
from rapport.kit import clock
from rapport.kit.versions import newest_versions

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

MOST_LISTED = 200
STATES = ("draft", "submitted", "approved", "planned", "live", "withdrawn")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are listed; an empty text: any."""

    kind: str = ""
    state: str = ""
    approach: str = ""
    words: str = ""
    owner: Member | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry: its newest version, the one that is live, and whether its day of review has passed."""

    entry: LibraryEntry
    newest: VersionRow
    live: LibraryVersion | None
    is_overdue: bool

    @property
    def title(self) -> str:
        """What it is called: live, else in its newest version."""
        return (self.live or self.newest.version).title

    @property
    def approach(self) -> str:
        """Which tie a rebuttal appeals to."""
        return str((self.live or self.newest.version).content.get("approach", ""))


def listed(programme: Programme, wanted: Wanted, *, most: int = MOST_LISTED) -> list[EntryRow]:
    """Return the entries that are wanted, by title."""
    return _rows(programme, _entries(programme, wanted).order_by(Lower("title"), "key")[:most])


def count_of(programme: Programme, wanted: Wanted) -> int:
    """Return how many entries are wanted."""
    return _entries(programme, wanted).count()


def row_of(entry: LibraryEntry) -> EntryRow:
    """Return one entry with how it stands."""
    return _rows(entry.programme, _all(entry.programme).filter(pk=entry.pk))[0]


def _all(programme: Programme) -> QuerySet[LibraryEntry]:
    newest = LibraryVersion.objects.filter(entry=OuterRef("pk")).order_by("-number")
    rows = LibraryEntry.objects.select_related("owner__user").filter(programme=programme)
    return rows.annotate(newest=Subquery(newest.values("pk")[:1]), title=Subquery(newest.values("title")[:1]))


def _entries(programme: Programme, wanted: Wanted) -> QuerySet[LibraryEntry]:
    rows = _all(programme)
    is_live = Exists(live_versions(programme).filter(entry=OuterRef("pk")))
    newest = LibraryVersion.objects.filter(pk=OuterRef("newest"))
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.owner is not None:
        rows = rows.filter(owner=wanted.owner)
    if wanted.words:
        rows = rows.filter(Q(title__icontains=wanted.words) | Q(key__icontains=wanted.words))
    if wanted.approach:
        rows = rows.filter(Exists(newest.filter(content__approach=wanted.approach)))
    if wanted.overdue:
        rows = rows.filter(is_live, review_on__lt=today_of(programme))
    if wanted.state == "live":
        return rows.filter(is_live)
    if wanted.state == "withdrawn":
        return rows.filter(~STANDING)
    since = Exists(newest.filter(made_at__gt=OuterRef("withdrawn_at")))  # it is being written anew
    rows = rows.filter(STANDING | since)
    return rows.filter(Exists(newest.filter(_in_state(wanted.state)))) if wanted.state else rows


def _in_state(state: str) -> Q:
    return {
        "draft": Q(submitted_at__isnull=True),
        "submitted": Q(submitted_at__isnull=False, approved_at__isnull=True),
        "approved": Q(approved_at__isnull=False, live_from__isnull=True),
        "planned": Q(live_from__gt=clock.now()),
    }[state]


def _rows(programme: Programme, entries: QuerySet[LibraryEntry]) -> list[EntryRow]:
    shown = list(entries)
    keys = [one.pk for one in shown]
    live = {one.entry_id: one for one in live_versions(programme).filter(entry__in=keys)}
    newest = newest_versions(LibraryVersion, programme).select_related("made_by__user").filter(entry__in=keys)
    by_entry = {one.entry_id: one for one in newest}
    today = today_of(programme)
    return [
        EntryRow(
            one,
            VersionRow(by_entry[one.pk], by_entry[one.pk].state(live.get(one.pk))),
            live.get(one.pk),
            one.pk in live and one.review_on < today,
        )
        for one in shown
    ]
