"""Reads of the event log."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import Max

from rapport.events.models import Event
from rapport.kit.often import OneOf

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as read from the log."""

    id: int
    at: datetime
    name: str
    subject: UUID
    actor: str
    data: dict[str, Any]


_FIELDS = ("id", "at", "name", "subject", "actor", "data")


def history_of(programme: Programme, subject: UUID) -> list[EventRow]:
    """Return all that happened to one thing, oldest first."""
    rows = Event.objects.filter(programme=programme, subject=subject).order_by("id").values_list(*_FIELDS)
    return [EventRow(*row) for row in rows]


def log_of(programme: Programme, *, after: int = 0) -> Iterator[EventRow]:
    """Stream the programme's log in order, from behind the cursor ``after``."""
    rows = Event.objects.filter(programme=programme, id__gt=after).order_by("id").values_list(*_FIELDS)
    for row in rows.iterator(chunk_size=5000):
        yield EventRow(*row)


def page_of(programme: Programme, *, after: int, limit: int) -> list[EventRow]:
    """Return up to ``limit`` events of the programme behind the cursor ``after``."""
    rows = Event.objects.filter(programme=programme, id__gt=after).order_by("id").values_list(*_FIELDS)
    return [EventRow(*row) for row in rows[:limit]]


SECONDS = """
SELECT subject, round(sum(extract(epoch FROM until - at)))::integer
FROM (
    SELECT subject, name, at, LEAD(at) OVER (PARTITION BY subject ORDER BY id) AS until
    FROM events_event WHERE programme_id = %s AND at >= %s AND name = ANY(%s)
) AS spans
WHERE name = %s AND until IS NOT NULL GROUP BY subject
"""


def seconds_between(
    programme: Programme, opens: str, closes: Collection[str], *, since: datetime
) -> dict[UUID, int]:
    """Return for how long each subject was in what one event opens and the next of these closes, in seconds."""
    with connection.cursor() as cursor:
        cursor.execute(SECONDS, [programme.pk, since, [opens, *closes], opens])
        return dict(cursor.fetchall())


def instants_of(programme: Programme, name: str, *, since: datetime) -> list[tuple[UUID, datetime]]:
    """Return the subject and the instant of each event of a name from an instant on."""
    rows = Event.objects.filter(programme=programme, name=name, at__gte=since)
    return list(rows.order_by("at", "id").values_list("subject", "at"))


def event_by_id(event_id: int) -> Event:
    """Return the event a listener's job was given."""
    return Event.objects.select_related("programme").get(pk=event_id)


def count_of(programme: Programme, name: str, *, actor: str, after: datetime, until: datetime) -> int:
    """Return how many events of a name one actor caused after an instant, up to another."""
    events = Event.objects.filter(programme=programme, name=name, actor=actor)
    return events.filter(at__gt=after, at__lte=until).count()


def latest_by_subject(
    programme: Programme, name: str, *, telling: dict[str, Any] | None = None, since: datetime | None = None
) -> dict[UUID, datetime]:
    """Return when each subject's latest event of a name was, of those whose data tell just this; all, or since."""
    rows = Event.objects.filter(programme=programme, name=name, data__contains=telling or {})
    if since is not None:
        rows = rows.filter(at__gte=since)
    return dict(rows.order_by().values_list("subject").annotate(Max("at")))


def subjects_of(programme: Programme, ids: Collection[int]) -> list[UUID]:
    """Return what these events of the programme are about."""
    return list(Event.objects.filter(OneOf("id", ids), programme=programme).values_list("subject", flat=True))


def latest_of(programme: Programme, name: str) -> EventRow | None:
    """Return the programme's latest event of a name."""
    rows = Event.objects.filter(programme=programme, name=name).order_by("-at", "-id").values_list(*_FIELDS)
    last = rows.first()
    return EventRow(*last) if last else None
