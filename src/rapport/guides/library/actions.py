"""Writes of the library: drafts, what a second person says to them, publishing, withdrawing, looking over.

A programme's library is changed one at a time: every write takes its turn first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.events.actions import Happening, News, announce, announce_all
from rapport.guides.events import (
    LibraryApproved,
    LibraryKept,
    LibraryPublished,
    LibraryReturned,
    LibrarySaved,
    LibrarySubmitted,
    LibraryUsed,
    LibraryWithdrawn,
)
from rapport.guides.library import queries
from rapport.guides.library.content import PARTS, Entry, Library
from rapport.guides.library.indexing import forget, index
from rapport.guides.library.models import Kind, LibraryEntry, LibraryUse, LibraryVersion
from rapport.guides.library.reading import faults_of
from rapport.guides.library.uses import used_by
from rapport.guides.trials.drawing import on_now
from rapport.kit import clock, versions
from rapport.kit.documents import note_of
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.turns import Turn, take_turns

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact

FURTHEST = timedelta(days=366)
REVIEWED_AFTER = timedelta(days=182)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file: entries that are new, that have a new version, and that said the same already."""

    new: int
    changed: int
    same: int


@transaction.atomic
def save_library(
    *, programme: Programme, library: Library, note: str = "", by: Member | None = None, actor: str = "command"
) -> Taken:
    """Put a draft on file for each entry that says something new; whole or, with Invalid, not at all."""
    note = note_of(note)
    take_turns(Turn.LIBRARY, programme.pk)
    _require_sound(programme, library)
    keys = [key for _, key, _ in library.entries()]
    on_file = {one.key: one for one in LibraryEntry.objects.filter(programme=programme, key__in=keys)}
    newest = {one.entry_id: one for one in _newest(programme, on_file.values())}
    owners = {one.agent_id: one for one in members_with(programme, Right.WRITE_GUIDES)}
    counts, news = {"new": 0, "changed": 0, "same": 0}, list[News]()
    for kind, key, told in library.entries():
        entry = on_file.get(key) or _make(programme, kind, key, told, by)
        _keep(entry, told, owners.get(told.owner))
        last = newest.get(entry.pk)
        if last is not None and last.content == told.said() and entry.withdrawn_at is None:
            counts["same"] += 1
            continue
        counts["changed" if last else "new"] += 1
        made = _add(entry, told, last, note=note, by=by)
        news.append(News(LibrarySaved(kind=kind, key=key, version=made.number), entry.public_id))
    announce_all(news, programme=programme, actor=actor)
    return Taken(**counts)


@transaction.atomic
def save_draft(
    *,
    programme: Programme,
    kind: str,
    key: str,
    content: Entry,
    instead_of: int | None,
    note: str = "",
    by: Member | None = None,
    actor: str = "command",
) -> LibraryEntry:
    """Put a draft of one entry on file. ``instead_of`` is the newest version that was seen; None: a new entry."""
    take_turns(Turn.LIBRARY, programme.pk)
    entry = LibraryEntry.objects.filter(programme=programme, key=key).first()
    last = entry.versions.order_by("-number").first() if entry else None
    versions.require_seen(last, instead_of, key, "an entry")
    part = next(name for name, one in PARTS.items() if one == kind)
    library = Library.model_construct(None, **{**{name: {} for name in PARTS}, part: {key: content}})
    save_library(programme=programme, library=library, note=note, by=by, actor=actor)
    return LibraryEntry.objects.get(programme=programme, key=key)


@transaction.atomic
def submit(*, entry: LibraryEntry, number: int, by: Member | None = None, actor: str = "command") -> None:
    """Hand in the newest version, to be approved."""
    if versions.hand_in(_turn(entry, number), by=by):
        _tell(entry, LibrarySubmitted(kind=entry.kind, key=entry.key, version=number), actor)


@transaction.atomic
def send_back(*, entry: LibraryEntry, number: int, because: str, actor: str = "command") -> None:
    """Make a version that was handed in a draft again, with what is to be put right."""
    versions.send_back(_turn(entry, number), because=because)
    _tell(entry, LibraryReturned(kind=entry.kind, key=entry.key, version=number), actor)


@transaction.atomic
def approve(*, entry: LibraryEntry, number: int, by: Member, actor: str) -> None:
    """Approve a version that was handed in, as somebody who neither wrote it nor handed it in."""
    if versions.approve(_turn(entry, number), by=by):
        _tell(entry, LibraryApproved(kind=entry.kind, key=entry.key, version=number), actor)


@transaction.atomic
def publish(
    *, entry: LibraryEntry, number: int, starts_at: datetime | None = None, actor: str = "command"
) -> LibraryVersion:
    """Have an approved version live, now or from ``starts_at`` on; one that was live before is live again."""
    version, now = _turn(entry, number), clock.now()
    versions.require_publishable(version, starts_at)
    live = queries.live_versions(entry.programme).filter(entry=entry).first()
    if live is not None and live.pk == version.pk:
        return version
    _require_objection(entry, version)
    for trial in on_now(entry.programme).filter(entry=entry):
        if version.content["words"] != trial.words[0]:
            raise Conflict(f"Its words are on trial {trial.number}. End it first, or leave them as they are.")
    version.live_from = starts_at or now
    version.save(update_fields=["live_from"])
    if starts_at is None:
        forget(entry.versions.filter(live_from__lt=now))
    index(version)
    _tell_published(version, actor)
    return version


@transaction.atomic
def call_off(*, entry: LibraryEntry, number: int, actor: str = "command") -> None:
    """Have a version that was to be live later wait again."""
    version = _turn(entry, number)
    _call_off(version, actor)


@transaction.atomic
def withdraw(*, entry: LibraryEntry, actor: str = "command") -> None:
    """Have an entry live to nobody; Conflict while something that is live needs it."""
    take_turns(Turn.GUIDES, entry.programme_id)  # no guide that names it is published meanwhile
    take_turns(Turn.LIBRARY, entry.programme_id)
    entry.refresh_from_db()
    if trial := on_now(entry.programme).filter(entry=entry).first():
        raise Conflict(f"Its words are on trial {trial.number}. End that first.")
    if used := used_by(entry):
        raise Conflict(f"It is in use: {', '.join(used[:5])}. Take it out there first.")
    for version in versions.planned(entry.versions.all()):
        _call_off(version, actor)
    if entry.withdrawn_at is None or queries.live_versions(entry.programme).filter(entry=entry).exists():
        entry.withdrawn_at = clock.now()
        entry.save(update_fields=["withdrawn_at"])
        forget(entry.versions.all())
        _tell(entry, LibraryWithdrawn(kind=entry.kind, key=entry.key), actor)


@transaction.atomic
def keep(*, entry: LibraryEntry, owner: Member | None, review_on: date, actor: str = "command") -> None:
    """Say who keeps an entry right, and by when it is to be looked over next."""
    take_turns(Turn.LIBRARY, entry.programme_id)
    if owner is not None and not owner.may(Right.WRITE_GUIDES):
        raise Invalid("The owner has to be somebody who may write for the library.")
    today = queries.today_of(entry.programme)
    if not today <= review_on <= today + 2 * FURTHEST:
        raise Invalid("Give a day from today on, within two years.")
    if (entry.owner, entry.review_on) != (owner, review_on):
        entry.owner, entry.review_on = owner, review_on
        entry.save(update_fields=["owner", "review_on"])
        _tell(entry, LibraryKept(kind=entry.kind, key=entry.key, review_on=review_on.isoformat()), actor)


@transaction.atomic
def use(*, member: Member, contact: Contact, key: str) -> None:
    """Note that a rep used the words that are live under a key on a contact in hand."""
    live = queries.live_by_key(contact.programme, key)
    entry = LibraryEntry.objects.get(programme=contact.programme, key=live.key)
    told = {"entry": entry, "version": live.version, "contact": contact, "member": member, "at": clock.now()}
    LibraryUse.objects.bulk_create([LibraryUse(programme=contact.programme, **told)], ignore_conflicts=True)
    announce(
        LibraryUsed(kind=live.kind, key=live.key, version=live.version),
        programme=contact.programme,
        subject=contact.public_id,
        actor=f"member:{member.pk}",
    )


def _require_sound(programme: Programme, library: Library) -> None:
    if faults := faults_of(library, queries.known_names(programme)):
        raise Invalid("\n".join(f"{fault.path[1]}: {fault.words}" for fault in faults))


def _newest(programme: Programme, entries: Iterable[LibraryEntry]) -> Iterable[LibraryVersion]:
    return versions.newest_versions(LibraryVersion, programme).filter(entry__in=[one.pk for one in entries])


def _make(programme: Programme, kind: str, key: str, told: Entry, by: Member | None) -> LibraryEntry:
    now = clock.now()
    later = queries.today_of(programme) + REVIEWED_AFTER
    return LibraryEntry.objects.create(
        programme=programme, kind=kind, key=key, owner=by, review_on=told.review_on or later, made_at=now
    )


def _keep(entry: LibraryEntry, told: Entry, owner: Member | None) -> None:
    """Keep the owner and the day of review that a file tells; what it does not tell stays."""
    wanted = (owner or entry.owner, told.review_on or entry.review_on)
    if (entry.owner, entry.review_on) != wanted:
        entry.owner, entry.review_on = wanted
        entry.save(update_fields=["owner", "review_on"])


def _add(
    entry: LibraryEntry, told: Entry, last: LibraryVersion | None, *, note: str, by: Member | None
) -> LibraryVersion:
    return LibraryVersion.objects.create(
        programme_id=entry.programme_id,
        entry=entry,
        number=last.number + 1 if last else 1,
        title=told.heading,
        language=told.language,
        content=told.said(),
        note=note,
        made_by=by,
        made_at=clock.now(),
    )


def _turn(entry: LibraryEntry, number: int) -> LibraryVersion:
    """Take the turn, then return the version as it is now."""
    take_turns(Turn.LIBRARY, entry.programme_id)
    return versions.numbered(entry.versions.all(), number)


def _require_objection(entry: LibraryEntry, version: LibraryVersion) -> None:
    """Raise Conflict for a rebuttal whose objection is not live: nobody would find it."""
    if entry.kind != Kind.REBUTTAL:
        return
    objection = version.content["objection"]
    if not queries.live_versions(entry.programme).filter(entry__key=objection).exists():
        raise Conflict(f"The objection {objection!r} that it answers is not live. Publish that first.")


def _call_off(version: LibraryVersion, actor: str) -> None:
    if versions.call_off(version):
        forget([version])
        _tell_published(version, actor)


def _tell_published(version: LibraryVersion, actor: str) -> None:
    entry, since = version.entry, version.live_from.isoformat() if version.live_from else None
    told = LibraryPublished(kind=entry.kind, key=entry.key, version=version.number, live_from=since)
    _tell(entry, told, actor)


def _tell(entry: LibraryEntry, happening: Happening, actor: str) -> None:
    announce(happening, programme=entry.programme, subject=entry.public_id, actor=actor)
