"""Writes of Rally Notes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.events.actions import announce
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid
from rapport.recognition import drafting, events
from rapport.recognition.access import access_note
from rapport.recognition.models import RallyNote, RallySeen
from rapport.recognition.queries import unread_by

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

LIMITS = {"tip": 500, "tip_evidence": 300, "our_news": 1000, "partner_news": 1000}
NAMES = {
    "tip": "the tip",
    "tip_evidence": "its evidence",
    "our_news": "our news",
    "partner_news": "the partner's news",
}


@transaction.atomic
def draft(*, programme: Programme, day: date, actor: str) -> RallyNote:
    """Write the day's figures, people and comment into its draft, made where missing.

    What people wrote stays; published notes are returned as they are. Raises Invalid for a day to come.
    """
    if day > clock.now().astimezone(programme.zone).date():
        raise Invalid(f"{day} is still to come; Rally Notes tell of a day that was.")
    RallyNote.objects.bulk_create(
        [RallyNote(programme=programme, day=day, drafted_at=clock.now())], ignore_conflicts=True
    )
    note = RallyNote.objects.select_for_update().get(programme=programme, day=day)
    if note.status == RallyNote.Status.PUBLISHED:
        return note
    quote = drafting.quote_for(programme, day)
    note.figures = [asdict(one) for one in drafting.lines_for(programme, day)]
    note.people = [asdict(one) for one in drafting.people_for(programme, day)]
    note.comment = asdict(quote) if quote else None
    if not note.tip:
        note.tip, note.tip_evidence = drafting.tip_for(programme, day)
    note.drafted_at = clock.now()
    note.save(update_fields=["figures", "people", "comment", "tip", "tip_evidence", "drafted_at"])
    announce(
        events.RallyDrafted(day=day.isoformat()), programme=programme, subject=programme.public_id, actor=actor
    )
    return note


@transaction.atomic
def edit(*, member: Member, day: date, words: dict[str, str]) -> RallyNote:
    """Change the tip, its evidence or the news of a draft; ``words`` has the fields of LIMITS to change."""
    note = _draft_of(member, day)
    changed = []
    for field, raw in words.items():
        text = _readable(field, raw)
        if getattr(note, field) != text:
            setattr(note, field, text)
            changed.append(field)
    if "tip" in changed:
        note.tip_by = member if note.tip else None
    if changed:
        note.save(update_fields=[*changed, "tip_by"])
        _tell(events.RallyEdited(day=day.isoformat(), fields=changed), member)
    return note


@transaction.atomic
def publish(*, member: Member, day: date) -> RallyNote:
    """Publish a draft to everyone on the programme. Publishing again changes nothing."""
    note = access_note(member, day, lock=True)
    if note.status == RallyNote.Status.PUBLISHED:
        return note
    note = _draft_of(member, day)
    if not note.figures and not any(getattr(note, field) for field in LIMITS):
        raise Conflict("These notes are empty: nobody asked for a person on that day. Write some news first.")
    note.status, note.published_at, note.published_by = RallyNote.Status.PUBLISHED, clock.now(), member
    note.save(update_fields=["status", "published_at", "published_by"])
    readers = [f"member:{one.pk}" for one in members_with(member.programme, Right.READ_RALLY_NOTES)]
    _tell(events.RallyPublished(day=day.isoformat()), member, audience=readers)
    return note


@transaction.atomic
def see(*, member: Member, day: date) -> None:
    """Record that the member has read the published notes of a day; reading again changes nothing."""
    note = access_note(member, day)
    if note.status != RallyNote.Status.PUBLISHED:
        raise Conflict("These notes are a draft; they can be read when they are published.")
    _, is_new = RallySeen.objects.get_or_create(
        note=note, member=member, defaults={"programme": note.programme, "seen_at": clock.now()}
    )
    if is_new:
        _tell(events.RallySeen(day=day.isoformat()), member, audience=[f"member:{member.pk}"])


def see_latest(*, member: Member) -> None:
    """Record that the member has read the latest notes, if there are any unread."""
    note = unread_by(member)
    if note is not None:
        see(member=member, day=note.day)


def _draft_of(member: Member, day: date) -> RallyNote:
    note = access_note(member, day, lock=True)
    if note.status == RallyNote.Status.PUBLISHED:
        raise Conflict("These notes are published, and stay as people have read them.")
    return note


def _readable(field: str, raw: str) -> str:
    if field not in LIMITS:
        raise Invalid(f"{field!r} is not a part of Rally Notes that people write.")
    text = "".join(c for c in raw.replace("\r\n", "\n") if c == "\n" or c.isprintable()).strip()
    if len(text) > LIMITS[field]:
        raise Invalid(f"Keep {NAMES[field]} under {LIMITS[field]} characters; it has {len(text):,}.")
    return redaction.clean(text)


def _tell(
    happening: events.RallyEdited | events.RallyPublished | events.RallySeen,
    member: Member,
    audience: list[str] | None = None,
) -> None:
    announce(
        happening,
        programme=member.programme,
        subject=member.programme.public_id,
        actor=f"member:{member.pk}",
        audience=audience or (),
    )
