"""Recording events. Called by modules' actions only, inside their transaction."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from rapport.events import listeners
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.copying import copying_into

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

LIVE_CHANNEL = "rapport_live"
COLUMNS = ("programme_id", "at", "name", "subject", "actor", "data", "audience")


class Happening(Protocol):
    """A frozen dataclass with a dotted, past-tense ``name``; its fields are the event's data."""

    name: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


class News(NamedTuple):
    """A happening with its subject; ``audience`` names the live channels that may hear of it (``at``: when)."""

    happening: Happening
    subject: UUID
    audience: Iterable[str] = ()
    at: datetime | None = None


def announce(
    happening: Happening,
    *,
    programme: Programme,
    subject: UUID,
    actor: str,
    audience: Iterable[str] = (),
    at: datetime | None = None,
) -> int:
    """Append the event, queue its listeners' jobs and wake live streams, all with the caller's commit.

    ``actor`` is ``member:<id>``, ``customer``, ``router``, ``pbx``, ``import``, ``command`` or ``system``;
    ``audience`` names the live channels that may hear of it. Returns the event's id.
    """
    [event_id] = announce_all([News(happening, subject, audience, at)], programme=programme, actor=actor)
    return event_id


def announce_all(news: Iterable[News], *, programme: Programme, actor: str) -> list[int]:
    """Do as :func:`announce` does with each, in the order given, by a few statements however many there are."""
    if not connection.in_atomic_block:
        raise RuntimeError("An event is recorded in the transaction of the change it tells of.")
    now = clock.now()
    events = Event.objects.bulk_create(
        Event(
            programme=programme,
            at=one.at or now,
            name=one.happening.name,
            subject=one.subject,
            actor=actor,
            data=json.loads(json.dumps(dataclasses.asdict(one.happening), cls=DjangoJSONEncoder)),
            audience=list(one.audience),
        )
        for one in news
    )
    for event in events:
        listeners.defer_for(event)
    _notify(*(f"{programme.pk}/{event.pk}" for event in events if event.audience))
    return [event.pk for event in events]


def whisper(name: str, *, programme_id: int, subject: UUID, audience: Iterable[str]) -> None:
    """Tell live streams of the programme of something too fleeting to record, such as typing."""
    told = {"programme": programme_id, "name": name, "subject": str(subject), "audience": list(audience)}
    _notify(json.dumps(told))


def _notify(*payloads: str) -> None:
    if payloads:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_notify(%s, told) FROM unnest(%s::text[]) AS told", [LIVE_CHANNEL, list(payloads)]
            )


def record_history(
    happenings: Iterable[tuple[Happening, UUID, datetime]], *, programme: Programme, actor: str
) -> int:
    """Append what happened elsewhere, each with its subject and time, in the order given; return how many.

    Nobody is told: it is history when it comes, and no listener's job or live stream hears of it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Events are recorded in the transaction of the changes they tell of.")
    written = 0
    with copying_into("events_event", COLUMNS) as copy:
        for happening, subject, at in happenings:
            data = json.dumps(dataclasses.asdict(happening), cls=DjangoJSONEncoder)
            copy.write_row((programme.pk, at, happening.name, subject, actor, data, []))
            written += 1
    return written
