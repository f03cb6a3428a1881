"""Copying many made-up rows into other modules' tables at once.

The one place in Rapport that writes rows without their module's actions: by the actions a month of contacts
would take half an hour. It names models by label and fills what is not given from the fields' own defaults,
so a column added elsewhere does not break it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import cache
from operator import itemgetter
from random import Random
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from rapport.kit import copying
from rapport.kit.copying import copying_into

if TYPE_CHECKING:
    from rapport.events.actions import Happening

NULL = "\\N"
EVENTS = ("programme_id", "at", "name", "subject", "actor", "data", "audience")
MOST_WAITING = 24  # tables of a batch, and the next batch
GROWN = "SELECT pg_current_xact_id()::text, relname, n_tup_ins FROM pg_stat_xact_user_tables WHERE n_tup_ins > 0"
Row = Sequence[str]
Told = tuple[datetime, "Happening", str, str]
"""An event: when, what, its subject, and who did it."""

_counted: dict[tuple[str, str], int] = {}
"""How many rows a transaction had put into a table when they were last counted. The number that the catalogue has
outlives a transaction that is rolled back, while what the planner knew of the rows does not."""


class Copier:
    """Copies in a thread beside us, within our transaction, while we make the next rows.

    Until the end of the block nothing else may use the connection.
    """

    def __enter__(self) -> Copier:
        connection.ensure_connection()
        connection.inc_thread_sharing()
        self._connection = connections[DEFAULT_DB_ALIAS]
        self._pool = ThreadPoolExecutor(1)
        self._pending: list[Future[None]] = []
        return self

    def copy(self, label: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Copy rows when those before are done; waits while two batches are already waiting."""
        while len(self._pending) > MOST_WAITING:
            self._pending.pop(0).result()
        self._pending.append(self._pool.submit(_copy, self._connection, label, columns, rows))

    def __exit__(self, *_: object) -> None:
        try:
            for pending in self._pending:
                pending.result()
        finally:
            self._pool.shutdown(cancel_futures=True)
            connection.dec_thread_sharing()


def copy(label: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Copy rows of texts (written by the functions below) into a model's table."""
    _copy(connections[DEFAULT_DB_ALIAS], label, columns, rows)


def _copy(through: BaseDatabaseWrapper, label: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    model: Any = apps.get_model(label)
    fields = {field.column: field for field in model._meta.concrete_fields}
    unknown = set(columns) - set(fields)
    if unknown:
        raise ValueError(f"{label} has no column {sorted(unknown)[0]!r}")
    rest = [column for column, field in fields.items() if column not in columns and not field.primary_key]
    tail = "".join("\t" + _text(fields[column].get_default()) for column in rest) + "\n"
    lines = ["\t".join(row) + tail for row in rows]
    with copying_into(model._meta.db_table, (*columns, *rest), through=through) as sink:
        for first in range(0, len(lines), 2000):
            sink.write("".join(lines[first : first + 2000]))


def put(label: str, rows: Iterable[dict[str, Any]]) -> list[Any]:
    """Write rows of a model, some thousands at most, given as its fields' values; return them with their keys."""
    model: Any = apps.get_model(label)
    made: list[Any] = model.objects.bulk_create([model(**row) for row in rows], batch_size=1000)
    return made


def change(label: str, field: str, told: Mapping[int, Any]) -> None:
    """Give rows of a model (ids) another value in one field."""
    model: Any = apps.get_model(label)
    model.objects.bulk_update([model(pk=pk, **{field: value}) for pk, value in told.items()], [field])


def tell(programme: int, told: Iterable[Told]) -> None:
    """Put events on the log in the order of their time."""
    rows = [
        (str(programme), at.astimezone(UTC).isoformat(), what.name, subject, actor, data(asdict(what)), "{}")
        for at, what, subject, actor in sorted(told, key=itemgetter(0))
    ]
    copy("events.Event", EVENTS, rows)


def reserve(label: str, count: int) -> list[int]:
    """Take ``count`` keys from the sequence of a model's table."""
    table = apps.get_model(label)._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
        )
        return [row[0] for row in cursor.fetchall()]


def analyze() -> None:
    """Let the planner count the tables that this transaction made larger by half since it last did.

    No other process does so before the end: what is asked of tables that seem empty, or of thousands beside a few
    that nobody counted, takes minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute(GROWN)
        rows = {(xact, table): number for xact, table, number in cursor.fetchall()}
        grown = {one: number for one, number in rows.items() if number > 1.5 * _counted.get(one, 0)}
        copying.analyze(*(table for _, table in grown))
    _counted.update(grown)


def stamp(instant: float) -> str:
    """Write an instant (epoch seconds); three times as fast as isoformat(), and millions are written."""
    whole = int(instant)
    day, second = divmod(whole, 86_400)
    return f"{_day(day)}{_CLOCK[second]}.{int((instant - whole) * 1e6):06d}+00"


@cache
def _day(number: int) -> str:
    return f"{(date(1970, 1, 1) + timedelta(days=number)).isoformat()} "


_CLOCK = [f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}" for second in range(86_400)]


def free(text: str) -> str:
    """Write any text."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def data(value: Any) -> str:
    """Write JSON."""
    return free(json.dumps(value))


def truth(value: bool | None) -> str:
    """Write yes, no or unknown."""
    return NULL if value is None else "t" if value else "f"


def key(chance: Random, instant: float) -> str:
    """Return a UUIDv7 of this instant whose random part is the generator's."""
    bits = chance.getrandbits(74)
    variant = 0x8000 | (bits >> 48 & 0x3FFF)
    return f"{int(instant * 1000):012x}7{bits >> 62:03x}{variant:04x}{bits & 0xFFFFFFFFFFFF:012x}"


def _text(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return truth(value)
    return data(value) if isinstance(value, dict | list) else free(str(value))
