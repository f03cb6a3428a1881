"""Recording events. Called by modules' actions only, inside their transaction."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from rapport.events import listeners
from rapport.kit import clock
from rapport.kit.copying import copying_into

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

LIVE_CHANNEL = "rapport_live"
APPEND = """
WITH made AS (
    INSERT INTO events_event (programme_id, at, name, subject, actor, data, audience)
    SELECT %s, at, name, subject, %s, data, audience FROM jsonb_to_recordset(%s)
        AS told (at timestamptz, name text, subject uuid, data jsonb, audience varchar[])
    RETURNING id, programme_id, cardinality(audience) AS listeners
)
SELECT id, CASE WHEN listeners > 0 THEN pg_notify(%s, programme_id || '/' || id)::text END FROM made ORDER BY id
"""
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
    told, now = list(news), clock.now()
    if not told:
        return []
    rows = json.dumps([_row(one, now) for one in told], cls=DjangoJSONEncoder)
    with connection.cursor() as cursor:
        cursor.execute(APPEND, [programme.pk, actor, rows, LIVE_CHANNEL])
        ids = [int(found[0]) for found in cursor.fetchall()]
    events = zip((one.happening.name for one in told), ids, strict=True)
    for name, group in groupby(events, key=itemgetter(0)):
        listeners.defer_for(name, programme=programme, event_ids=[event_id for _, event_id in group])
    return ids


def _row(one: News, now: datetime) -> dict[str, Any]:
    return {
        "at": (one.at or now).isoformat(),
        "name": one.happening.name,
        "subject": one.subject,
        "data": dataclasses.asdict(one.happening),
        "audience": list(one.audience),
    }


def whisper(name: str, *, programme_id: int, subject: UUID, audience: Iterable[str]) -> None:
    """Tell live streams of the programme of something too fleeting to record, such as typing."""
    told = {"programme": programme_id, "name": name, "subject": str(subject), "audience": list(audience)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [LIVE_CHANNEL, json.dumps(told)])


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
