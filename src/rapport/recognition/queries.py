"""Reads of Rally Notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from rapport.accounts import queries as accounts
from rapport.accounts.roles import Right
from rapport.kit import clock
from rapport.recognition.models import Hearing, News, NewsSigned, RallyNote, RallySeen

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

PUBLISHED = RallyNote.Status.PUBLISHED
TO_SETTLE_IN = timedelta(days=7)
"""Who joins later has so long to sign for the news that there are."""
SHOWN_NEWS = 60


@dataclass(frozen=True, slots=True)
class Reader:
    """A member and when they read the notes; None where they have not."""

    member: Member
    seen_at: datetime | None


def latest_published(programme: Programme) -> RallyNote | None:
    """Return the newest published notes of a day up to today."""
    today = _today(programme)
    return (
        RallyNote.objects.select_related("programme", "tip_by__user", "published_by__user", "told", "looks_back")
        .filter(programme=programme, status=PUBLISHED, day__lte=today)
        .order_by("-day")
        .first()
    )


def unread_by(member: Member) -> RallyNote | None:
    """Return the newest published notes if the member has not read them."""
    note = latest_published(member.programme)
    if note is None or RallySeen.objects.filter(note=note, member=member).exists():
        return None
    return note


def seen_at(note: RallyNote, member: Member) -> datetime | None:
    """Return when the member read the notes."""
    return RallySeen.objects.filter(note=note, member=member).values_list("seen_at", flat=True).first()


def readers_of(note: RallyNote) -> list[Reader]:
    """Return who has read the notes and who has not, of everyone who takes contacts."""
    seen = dict(RallySeen.objects.filter(note=note).values_list("member_id", "seen_at"))
    readers = [Reader(member, seen.get(member.pk)) for member in _takers(note.programme)]
    return sorted(readers, key=lambda one: (one.seen_at is not None, one.member.name))


def note_of(programme: Programme, day: date) -> RallyNote | None:
    """Return the notes of a day, whatever their status, for commands and jobs."""
    return (
        RallyNote.objects.select_related("programme", "tip_by__user").filter(programme=programme, day=day).first()
    )


def days_of(programme: Programme, *, drafts: bool, limit: int = 14) -> list[RallyNote]:
    """Return the latest notes, newest first; drafts only where asked for."""
    notes = RallyNote.objects.filter(programme=programme)
    if not drafts:
        notes = notes.filter(status=PUBLISHED)
    return list(notes.only("id", "day", "status").order_by("-day")[:limit])


@dataclass(frozen=True, slots=True)
class Piece:
    """News as one member sees it: when they signed, by when they must have, and how many have of how many."""

    news: News
    signed_at: datetime | None
    due: date | None
    is_overdue: bool
    signed: int
    missing: list[Member]


def news_for(member: Member, *, who: bool = False) -> list[Piece]:
    """Return the news that hold, the newest first; with ``who``, who has not signed for each."""
    rows = News.objects.select_related("written_by__user").filter(
        programme=member.programme, withdrawn_at__isnull=True
    )
    found = list(rows.order_by("-published_at", "-pk")[:SHOWN_NEWS])
    signed: dict[int, dict[int, datetime]] = {one.pk: {} for one in found}
    marks = NewsSigned.objects.filter(news__in=found).values_list("news", "member", "signed_at")
    for news, by, at in marks if who else marks.filter(member=member):
        signed[news][by] = at
    takers = _takers(member.programme) if who else []
    return [_piece(one, member, signed[one.pk], takers) for one in found]


def _piece(one: News, member: Member, signed: dict[int, datetime], takers: list[Member]) -> Piece:
    mine = signed.get(member.pk)
    due = due_for(one, member) if member.may(Right.TAKE_CONTACTS) else one.read_by  # who signs, by their own day
    return Piece(
        news=one,
        signed_at=mine,
        due=due,
        is_overdue=mine is None and due is not None and due < _today(member.programme),
        signed=sum(taker.pk in signed for taker in takers),
        missing=[taker for taker in takers if taker.pk not in signed],
    )


def due_for(one: News, member: Member) -> date | None:
    """Return by which day the member must have signed: who joined later has a week from then."""
    if one.read_by is None:
        return None
    zone = member.programme.zone
    joined, published = (instant.astimezone(zone).date() for instant in (member.since, one.published_at))
    return max(one.read_by, joined + TO_SETTLE_IN) if joined > published else one.read_by


def to_sign(member: Member) -> list[News]:
    """Return the news that the member has not signed for, the oldest first; none for who takes no contacts."""
    if not member.may(Right.TAKE_CONTACTS):
        return []
    mine = NewsSigned.objects.filter(member=member).values("news")
    rows = News.objects.filter(programme=member.programme, withdrawn_at__isnull=True).exclude(pk__in=mine)
    return list(rows.order_by("published_at", "pk")[:SHOWN_NEWS])


def overdue_for(member: Member) -> list[News]:
    """Return the news that the member should have signed for before today."""
    today = _today(member.programme)
    return [one for one in to_sign(member) if (due := due_for(one, member)) is not None and due < today]


def hearings_of(note: RallyNote) -> dict[str, bool]:
    """Return by agent id which of those whom a letter praises said whether colleagues may look at the contact."""
    rows = Hearing.objects.filter(note=note).values_list("member__agent_id", "agreed")
    return dict(rows)


def _takers(programme: Programme) -> list[Member]:
    found = [one for one in accounts.members_with(programme, Right.TAKE_CONTACTS) if one.is_active]
    return sorted(found, key=lambda one: one.name)


def _today(programme: Programme) -> date:
    return clock.now().astimezone(programme.zone).date()
