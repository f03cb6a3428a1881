"""Reads of the library."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from rapport.accounts import queries as accounts
from rapport.accounts.roles import Right
from rapport.contacts.queries import reason_names
from rapport.customers.queries import holdings_of, segments_of
from rapport.guides.library.content import PARTS, Entry, Fitting, Library, Rebuttal, entry_of
from rapport.guides.library.models import Kind, LibraryEntry, LibraryExample, LibraryUse, LibraryVersion
from rapport.guides.library.reading import Known
from rapport.guides.library.search import find
from rapport.guides.trials.drawing import words_of_entries
from rapport.kit import clock, versions
from rapport.kit.errors import NotFound
from rapport.kit.often import Among, Given, Often

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

KINDS = tuple(Kind.values)
SPARE = 3  # times as many are looked for as are wanted, since some found may not be live

STANDING = Q(withdrawn_at__isnull=True) | Exists(
    LibraryVersion.objects.filter(entry=OuterRef("pk"), live_from__gt=OuterRef("withdrawn_at"))
)
"""Entries that are not withdrawn, or that were published again since."""


@dataclass(frozen=True, slots=True)
class Live:
    """An entry as it is live now."""

    kind: str
    key: str
    version: int
    live_from: datetime
    entry: Entry


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version with what became of it: draft, submitted, approved, planned, live, replaced or withdrawn."""

    version: LibraryVersion
    state: str


def live_versions(programme: Programme | Given, *, at: datetime | Given | None = None) -> QuerySet[LibraryVersion]:
    """Return the versions that are live now, or were (or will be) at an instant; one of each entry at most."""
    return versions.live_versions(LibraryVersion, programme, at=at)


_live_keys = Often(lambda: live_versions(Given("programme"), at=Given("now")).filter(Among("entry__key", "keys")))


def search(
    programme: Programme,
    text: str,
    *,
    kinds: Collection[str] = KINDS,
    contact: Contact | None = None,
    limit: int = 8,
) -> list[Live]:
    """Return the live entries that the text fits, the best first; those made for the contact before the others."""
    order = find(programme, text, kinds=kinds, most=limit * SPARE)
    found = live_versions(programme).in_bulk(order)
    told = [_live(found[pk]) for pk in order if pk in found]
    if contact is not None:
        closeness = _closeness(contact)
        told.sort(key=lambda one: -closeness(one.entry))
    return _as_drawn(told[:limit], contact)


def rebuttals_for(contact: Contact, *, limit: int = 6) -> list[Live]:
    """Return the live rebuttals made for the contact's reason, customer or products, the most particular first."""
    fits = _closeness(contact)
    rows = live_versions(contact.programme).filter(entry__kind=Kind.REBUTTAL).order_by("title")
    told = [(fits(one.entry), one) for one in map(_live, rows)]
    told = sorted((pair for pair in told if pair[0] > 0), key=lambda pair: -pair[0])
    return _as_drawn([one for _, one in told[:limit]], contact)


def rebuttals_of(programme: Programme, objection: str, *, contact: Contact | None = None) -> list[Live]:
    """Return the live rebuttals that answer an objection; for a contact those that fit it, the closest first."""
    rows = live_versions(programme).filter(entry__kind=Kind.REBUTTAL, content__objection=objection)
    told = [_live(one) for one in rows.order_by("title")]
    return told if contact is None else _as_drawn(closest(contact, told), contact)


def closest(contact: Contact, entries: Iterable[Live]) -> list[Live]:
    """Return those of the entries that fit a contact, the most particular first."""
    fits = _closeness(contact)
    return sorted((one for one in entries if fits(one.entry) >= 0), key=lambda one: -fits(one.entry))


def live_of(programme: Programme, kind: str, *, limit: int = 1000) -> list[Live]:
    """Return the live entries of a kind, by title."""
    return [
        _live(one) for one in live_versions(programme).filter(entry__kind=kind).order_by("title", "pk")[:limit]
    ]


def new_between(programme: Programme, start: datetime, end: datetime) -> list[Live]:
    """Return what is live now and came so in [start, end), by title."""
    rows = live_versions(programme).filter(live_from__gte=start, live_from__lt=end)
    return [_live(one) for one in rows.order_by("title", "pk")]


def objections_met(programme: Programme, start: datetime, end: datetime) -> list[tuple[str, int]]:
    """Return the objections against which words of the library were used in [start, end), by on how many contacts.

    Each is a key of the library, the most frequent first.
    """
    told = {
        one.key: one.entry.objection
        for one in live_of(programme, Kind.REBUTTAL)
        if isinstance(one.entry, Rebuttal)
    }
    rows = LibraryUse.objects.filter(programme=programme, at__gte=start, at__lt=end, entry__key__in=told)
    met: dict[str, set[int]] = {}
    for key, contact in rows.values_list("entry__key", "contact_id"):
        met.setdefault(told[key], set()).add(contact)
    return sorted(((key, len(of)) for key, of in met.items()), key=lambda one: (-one[1], one[0]))


def live_by_key(programme: Programme, key: str) -> Live:
    """Return what is live under a key; NotFound where nothing is."""
    found = live_versions(programme).filter(entry__key=key).first()
    if found is None:
        raise NotFound("Nothing of the library is live under this key.")
    return _live(found)


def live_among(programme: Programme, keys: Iterable[str], *, contact: Contact | None = None) -> list[Live]:
    """Return what is live under these keys, in their order; for a contact with the words that it is drawn for."""
    wanted = list(keys)
    rows = _live_keys(programme=programme.pk, now=clock.now(), keys=wanted)
    found = {one.entry.key: one for one in rows}
    return _as_drawn([_live(found[key]) for key in wanted if key in found], contact)


def keys_of(programme: Programme, kind: str) -> set[str]:
    """Return the keys of a kind that are on file and not withdrawn: what a guide may name."""
    rows = LibraryEntry.objects.filter(STANDING, programme=programme, kind=kind)
    return set(rows.values_list("key", flat=True))


def known_names(programme: Programme) -> Known:
    """Return the names that a library of the programme may use."""
    kinds = dict(LibraryEntry.objects.filter(programme=programme).values_list("key", "kind"))
    return Known(
        reasons=list(reason_names(programme)),
        segments=[one.key for one in segments_of(programme)],
        owners=[one.agent_id for one in accounts.members_with(programme, Right.WRITE_GUIDES)],
        objections=keys_of(programme, Kind.OBJECTION),
        kinds=kinds,
    )


def versions_of(entry: LibraryEntry) -> list[VersionRow]:
    """Return the versions of an entry with what became of each, the newest first."""
    rows = entry.versions.select_related("made_by__user", "approved_by__user").order_by("-number")
    live = live_versions(entry.programme).filter(entry=entry).first()
    return [VersionRow(one, one.state(live)) for one in rows]


def examples_of(entry: LibraryEntry) -> list[LibraryExample]:
    """Return what was heard in real contacts, the newest first."""
    return list(entry.examples.select_related("contact", "added_by__user").order_by("-added_at"))


def library_of(programme: Programme, *, only_live: bool = True) -> Library:
    """Return the library as a file tells of it: what is live, or the newest of all that is not withdrawn."""
    if only_live:
        found = list(live_versions(programme).select_related("entry__owner"))
    else:
        standing = LibraryEntry.objects.filter(STANDING, programme=programme)
        newest = versions.newest_versions(LibraryVersion, programme).filter(entry__in=standing)
        found = list(newest.select_related("entry__owner"))
    parts: dict[str, dict[str, Entry]] = {part: {} for part in PARTS}
    by_kind = {kind: part for part, kind in PARTS.items()}
    for one in sorted(found, key=lambda version: version.entry.key):
        kept = {"owner": one.entry.owner.agent_id if one.entry.owner else "", "review_on": one.entry.review_on}
        parts[by_kind[one.entry.kind]][one.entry.key] = entry_of(one.entry.kind, {**one.content, **kept})
    return Library.model_construct(None, **parts)


def overdue(programme: Programme, today: date) -> QuerySet[LibraryEntry]:
    """Return the live entries whose day of review has passed."""
    live = live_versions(programme).filter(entry=OuterRef("pk"))
    return LibraryEntry.objects.filter(Exists(live), programme=programme, review_on__lt=today)


def today_of(programme: Programme) -> date:
    """Return the day it is where the programme works."""
    return clock.now().astimezone(programme.zone).date()


def _as_drawn(several: list[Live], contact: Contact | None) -> list[Live]:
    """Return the entries with the words on trial that the contact is drawn for."""
    keys = [one.key for one in several if one.kind == Kind.REBUTTAL]
    words = words_of_entries(contact, keys) if contact is not None else {}
    return [
        replace(one, entry=one.entry.model_copy(update={"words": words[one.key]})) if one.key in words else one
        for one in several
    ]


def _live(version: LibraryVersion) -> Live:
    entry = entry_of(version.entry.kind, version.content)
    assert version.live_from is not None
    return Live(version.entry.kind, version.entry.key, version.number, version.live_from, entry)


def _closeness(contact: Contact) -> Callable[[Entry], int]:
    """Return what says how particularly an entry is made for the contact: -1 where it is made for others."""
    customer = contact.customer if contact.customer and contact.customer.is_active else None
    reason = contact.reason.key if contact.reason else ""
    segment = customer.segment.key if customer and customer.segment else ""

    @cache
    def products() -> frozenset[str]:
        held = holdings_of(customer) if customer else []
        return frozenset(one.product.casefold() for one in held)

    def closeness(entry: Entry) -> int:
        if not isinstance(entry, Fitting):
            return 0
        has = products() if entry.products else frozenset[str]()  # looked up only where an entry asks for it
        return entry.closeness if entry.fits(reason=reason, segment=segment, products=has) else -1

    return closeness


def rebuttal_titles(programme: Programme) -> list[tuple[str, int, str]]:
    """Return the key, number and title of each version of a rebuttal that was ever live, the oldest first."""
    answers = {"entry__kind": Kind.REBUTTAL, "live_from__isnull": False}
    rows = LibraryVersion.objects.filter(programme=programme, **answers)
    return list(rows.order_by("number").values_list("entry__key", "number", "title"))


def rebuttals_used(contact: Contact) -> list[str]:
    """Return the rebuttals whose words a rep used on the contact, in that order, each as ``key/version``."""
    rows = LibraryUse.objects.filter(contact=contact, entry__kind=Kind.REBUTTAL).order_by("at", "pk")
    return [f"{key}/{version}" for key, version in rows.values_list("entry__key", "version")]
