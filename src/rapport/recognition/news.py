"""Writes of news that have to be read: published, signed for, withdrawn."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Forbidden, Invalid
from rapport.recognition import events
from rapport.recognition.access import access_news
from rapport.recognition.models import News, NewsSigned
from rapport.recognition.privacy import kept_words

if TYPE_CHECKING:
    from rapport.accounts.models import Member

LONGEST = {"title": 120, "text": 2000}
FURTHEST = timedelta(days=366)


@transaction.atomic
def publish(*, member: Member, kind: str, title: str, text: str, read_by: date | None) -> News:
    """Publish news to everyone who takes contacts, to be signed for by a day or without one. Raises Invalid."""
    if kind not in News.Kind.values:
        raise Invalid("Choose whose news it is.")
    title = kept_words(title, LONGEST["title"], "the title").replace("\n", " ")
    text = kept_words(text, LONGEST["text"], "the text")
    if not title or not text:
        raise Invalid("News have a title and a text.")
    today = clock.now().astimezone(member.programme.zone).date()
    if read_by is not None and not today <= read_by <= today + FURTHEST:
        raise Invalid("The day by which it must be read is today or later, within a year.")
    made = News.objects.create(
        programme=member.programme,
        kind=kind,
        title=title,
        text=text,
        written_by=member,
        published_at=clock.now(),
        read_by=read_by,
    )
    readers = [f"member:{one.pk}" for one in members_with(member.programme, Right.TAKE_CONTACTS)]
    told = events.NewsPublished(
        news=str(made.public_id), kind=kind, read_by=read_by.isoformat() if read_by else ""
    )
    announce(
        told,
        programme=member.programme,
        subject=member.programme.public_id,
        actor=f"member:{member.pk}",
        audience=readers,
    )
    return made


@transaction.atomic
def sign(*, member: Member, news: UUID) -> None:
    """Sign that the member has read a piece of news; signing again changes nothing."""
    if not member.may(Right.TAKE_CONTACTS):
        raise Forbidden("Who takes contacts signs for news.")
    row = access_news(member, news)
    _, is_new = NewsSigned.objects.get_or_create(
        news=row, member=member, defaults={"programme": member.programme, "signed_at": clock.now()}
    )
    if is_new:
        _tell(member, events.NewsSigned(news=str(news)))


@transaction.atomic
def withdraw(*, member: Member, news: UUID) -> None:
    """Say that news hold no more: nobody has to sign for them."""
    row = access_news(member, news)
    if News.objects.filter(pk=row.pk, withdrawn_at__isnull=True).update(withdrawn_at=clock.now()):
        _tell(member, events.NewsWithdrawn(news=str(news)))


def _tell(member: Member, happening: events.NewsSigned | events.NewsWithdrawn) -> None:
    announce(
        happening,
        programme=member.programme,
        subject=member.programme.public_id,
        actor=f"member:{member.pk}",
    )
