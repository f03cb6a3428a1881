"""Reads of recordings, and what stood out on a contact's way through time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.events.queries import history_of
from rapport.prompts.queries import shown_on
from rapport.quality.recordings.models import Recording, Remark

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.channels.chat.models import Message
    from rapport.contacts.models import Contact
    from rapport.guides.queries import GuideView

    Moment = tuple[datetime, "Marker"]

TOLD = {
    "contact.held": "On hold",
    "contact.resumed": "Off hold",
    "contact.transferred": "Handed on",
    "contact.consult_began": "Asks a colleague",
}


def recordings_of(contact: Contact) -> list[Recording]:
    """Return a contact's recordings that can be heard, in the order they began; let in before."""
    rows = (
        Recording.objects.prefetch_related("pauses__by__user").filter(contact=contact).order_by("began_at", "pk")
    )
    found = list(rows.exclude(sealed_secret=""))
    for one in found:
        one.contact, one.programme = contact, contact.programme
    return found


@dataclass(frozen=True, slots=True)
class Marker:
    """Something at a moment of a contact, ``seconds`` from its player's begin; ``own`` is one's own remark."""

    seconds: float
    kind: str
    words: str
    by: str = ""
    own: UUID | None = None


@dataclass(frozen=True, slots=True)
class Player:
    """What is played: a recording, or without one a chat in its own time, for so many seconds."""

    recording: Recording | None
    begins: datetime
    seconds: float
    markers: list[Marker]


def players_of(
    member: Member,
    contact: Contact,
    *,
    guide: GuideView | None,
    messages: Sequence[Message],
    own_remarks_only: bool = False,
) -> list[Player]:
    """Return what of a contact can be played, let in before. Who is to judge unseen sees no others' remarks."""
    spans: list[tuple[Recording | None, datetime, float]] = [
        (one, one.began_at, one.seconds) for one in recordings_of(contact)
    ]
    if contact.channel == "chat" and len(messages) > 1:
        begins = messages[0].at
        spans.append((None, begins, (messages[-1].at - begins).total_seconds()))
    if not spans:
        return []
    found = [*_of_log(contact, guide), *_of_remarks(member, contact, own_remarks_only)]
    found += [(at, Marker(0, "prompt", f"Prompt: {words.lower()}")) for at, words in shown_on(contact)]
    return [_player(recording, begins, seconds, found) for recording, begins, seconds in spans]


def _player(recording: Recording | None, begins: datetime, seconds: float, found: list[Moment]) -> Player:
    placed = [replace(one, seconds=round((at - begins).total_seconds(), 2)) for at, one in found]
    placed = [one for one in placed if 0 <= one.seconds <= seconds]
    for pause in recording.pauses.all() if recording else ():
        by = pause.by.name if pause.by else "the telephone system"
        placed.append(Marker(pause.starts_ms / 1000, "pause", f"Paused: {pause.get_cause_display()}", by))
    return Player(recording, begins, seconds, sorted(placed, key=lambda one: one.seconds))


def _of_log(contact: Contact, guide: GuideView | None) -> Iterator[Moment]:
    titles = {one.key: one.title for one in guide.steps} if guide else {}
    for row in history_of(contact.programme, contact.public_id):
        if row.name in ("guide.ticked", "guide.skipped"):
            step = titles.get(str(row.data.get("step")), str(row.data.get("step")))
            yield row.at, Marker(0, "step", step if row.name == "guide.ticked" else f"Left out: {step}")
        elif words := TOLD.get(row.name):
            yield row.at, Marker(0, "hold", words)


def _of_remarks(member: Member, contact: Contact, own_only: bool) -> Iterator[Moment]:
    rows = Remark.objects.select_related("made_by__user").filter(contact=contact).order_by("moment", "pk")
    for one in rows:
        is_own = one.made_by_id == member.pk
        if is_own or not own_only:
            yield one.moment, Marker(0, "remark", one.words, one.made_by.name, one.public_id if is_own else None)
