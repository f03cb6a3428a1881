"""Writes of Rally Notes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.recognition import drafting, events, tips
from rapport.recognition.access import access_note, access_tip
from rapport.recognition.letter import read_people
from rapport.recognition.models import Hearing, RallyNote, RallySeen
from rapport.recognition.privacy import kept_words
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
        raise Invalid(f"{day:%-d %B %Y} is still to come; Rally Notes tell of a day that was.")
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
    note.saves, note.awards = drafting.saves_for(programme, day), drafting.awards_for(programme, day)
    note.uncommon = drafting.uncommon_for(programme, day)
    if not note.tip:
        tips.gather(programme=programme)
        _propose(note)
    if note.looks_back is None:
        note.looks_back = tips.to_look_back_on(programme, day)
    note.drafted_at = clock.now()
    note.save()
    announce(
        events.RallyDrafted(day=day.isoformat()), programme=programme, subject=programme.public_id, actor=actor
    )
    return note


def _propose(note: RallyNote) -> None:
    """Propose the tip that is surest, or where the day was weakest as a start for one."""
    note.told = tips.next_to_tell(note.programme, note.day)
    if note.told is not None:
        note.tip, note.tip_evidence = note.told.text, note.told.evidence
    else:
        note.tip_evidence = drafting.evidence_for(note.programme, note.day)


@transaction.atomic
def choose_tip(*, member: Member, day: date, tip: UUID) -> RallyNote:
    """Have a draft tell one of the tips that are live, in its own words. Raises Conflict where it is retired."""
    note, row = _draft_of(member, day), access_tip(member, tip)
    if row.retired_at is not None:
        raise Conflict("This tip is retired; choose another.")
    if note.told_id != row.pk:
        note.told, note.tip, note.tip_evidence, note.tip_by = row, row.text, row.evidence, None
        note.save(update_fields=["told", "tip", "tip_evidence", "tip_by"])
        _tell(events.RallyEdited(day=day.isoformat(), fields=["tip", "tip_evidence"]), member)
    return note


@transaction.atomic
def edit(*, member: Member, day: date, words: dict[str, str]) -> RallyNote:
    """Change the tip, its evidence or the news of a draft; ``words`` has the fields of LIMITS to change.

    What was found of a tip does not speak for other words: left as it was, it goes with the words it was of.
    """
    note = _draft_of(member, day)
    changed = []
    for field, raw in words.items():
        text = _readable(field, raw)
        if getattr(note, field) != text:
            setattr(note, field, text)
            changed.append(field)
    if "tip" in changed:
        if note.told is not None and note.tip_evidence and "tip_evidence" not in changed:
            note.tip_evidence = ""
            changed.append("tip_evidence")
        note.tip_by, note.told = member if note.tip else None, None
    if changed:
        note.save(update_fields=[*changed, "tip_by", "told"])
        _tell(events.RallyEdited(day=day.isoformat(), fields=changed), member)
    return note


@transaction.atomic
def publish(*, member: Member, day: date) -> RallyNote:
    """Publish a draft to everyone on the programme. Publishing again changes nothing.

    An award that was taken back since the draft was made is not told.
    """
    note = access_note(member, day, lock=True)
    if note.status == RallyNote.Status.PUBLISHED:
        return note
    note = _draft_of(member, day)
    note.awards = drafting.awards_for(note.programme, day)
    if not note.figures and not note.awards and not any(getattr(note, field) for field in LIMITS):
        raise Conflict("These notes are empty: nobody asked for a person on that day. Write some news first.")
    if note.tip and note.told is None:
        note.told = tips.put_down(member=note.tip_by or member, text=note.tip, evidence=note.tip_evidence)
    if note.told is not None:
        tips.tell(note.told, clock.now().astimezone(note.programme.zone).date())
    note.status, note.published_at, note.published_by = RallyNote.Status.PUBLISHED, clock.now(), member
    note.save(update_fields=["status", "published_at", "published_by", "told", "awards"])
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


@transaction.atomic
def say_hearing(*, member: Member, day: date, agreed: bool) -> None:
    """Say whether colleagues may look at the contact for which a published letter praises the member.

    It opens no contact to anybody: who may read it anyway is shown the way. It may be said anew at any time.
    """
    note = access_note(member, day)
    praised = [one for one in read_people(note.people) if one.agent_id == member.agent_id and one.contact]
    if note.status != RallyNote.Status.PUBLISHED or not praised:
        raise NotFound
    told = {"programme": member.programme, "agreed": agreed, "said_at": clock.now()}
    Hearing.objects.update_or_create(note=note, member=member, defaults=told)
    _tell(events.HearingSaid(day=day.isoformat(), agreed=agreed), member)


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
    return kept_words(raw, LIMITS[field], NAMES[field])


def _tell(
    happening: events.RallyEdited | events.RallyPublished | events.RallySeen | events.HearingSaid,
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
