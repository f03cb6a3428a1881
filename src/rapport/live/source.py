"""Where messages come from: PostgreSQL's notifications, and the event log they point to."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from typing import Any

import psycopg

from rapport.live.hub import RELOAD, Hub, Message

log = logging.getLogger("rapport.live")

CHANNEL = "rapport_live"
RETRY_SECONDS = 0.5
OVERLAP = 500  # events read again after a gap: ids are given before commit, so a lower one may come later
MOST_REPLAYED = 1000
COLUMNS = "id, name, subject, audience"
BY_ID = f"SELECT {COLUMNS} FROM events_event WHERE id = ANY(%s) ORDER BY id"  # noqa: S608 (constants)
AFTER = (
    f"SELECT {COLUMNS} FROM events_event WHERE id > %s AND cardinality(audience) > 0"  # noqa: S608 (constants)
    " ORDER BY id LIMIT %s"
)
NEWEST = "SELECT coalesce(max(id), 0), '', '', '{}'::text[] FROM events_event"
Row = tuple[int, str, Any, list[str]]


class Source:
    """Listens on one connection and reads on another, for as long as the process lives."""

    def __init__(self, hub: Hub, dsn: dict[str, Any]) -> None:
        self.hub = hub
        self.dsn = dsn
        self.listening = False
        self._last_id = 0
        self._pending: asyncio.Queue[str] = asyncio.Queue()
        self._eyes: psycopg.AsyncConnection[Any] | None = None
        self._reading = asyncio.Lock()

    async def run(self) -> None:
        """Listen until cancelled, however often the database goes away."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                log.warning("the database is away (%s); trying again", str(error).strip().splitlines()[0])
            self.listening = False
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        async with (
            await psycopg.AsyncConnection.connect(**self.dsn, autocommit=True) as ears,
            await psycopg.AsyncConnection.connect(**self.dsn, autocommit=True) as eyes,
        ):
            self._eyes = eyes
            await ears.execute(f"LISTEN {CHANNEL}")
            await self._catch_up()
            self.listening = True
            deliverer = asyncio.create_task(self._deliver())
            try:
                async for notification in ears.notifies():
                    self._pending.put_nowait(notification.payload)
                    if deliverer.done():
                        deliverer.result()
            finally:
                self._eyes = None
                deliverer.cancel()

    async def _catch_up(self) -> None:
        """Deliver what happened while we were away; where that is not known, or too much, every page reloads."""
        if self._last_id:
            missed = await self._read(AFTER, (self._last_id - OVERLAP, MOST_REPLAYED + 1))
            if len(missed) <= MOST_REPLAYED:
                self._publish(missed)
                return
        [(self._last_id, *_)] = await self._read(NEWEST, ())
        self.hub.tell_all(RELOAD)

    async def _deliver(self) -> None:
        """Take all that is pending at once, so that a burst costs one query."""
        while True:
            payloads = [await self._pending.get()]
            while not self._pending.empty():
                payloads.append(self._pending.get_nowait())
            for payload in payloads:
                if payload.startswith("{"):
                    self._whisper(payload)
            ids = [int(payload) for payload in payloads if payload.isdecimal()]
            if ids:
                self._publish(await self._read(BY_ID, (ids,)))

    def _whisper(self, payload: str) -> None:
        told = json.loads(payload)
        self.hub.publish(Message(0, told["name"], told["subject"]), told["audience"])

    def _publish(self, rows: Iterable[Row]) -> None:
        for event_id, name, subject, audience in rows:
            self._last_id = max(self._last_id, event_id)
            self.hub.publish(Message(event_id, name, str(subject)), audience)

    async def _read(self, query: str, parameters: tuple[object, ...]) -> list[Row]:
        if self._eyes is None:
            return []
        async with self._reading:
            cursor = await self._eyes.execute(query, parameters)
            return await cursor.fetchall()

    async def replay(self, after: int, channels: frozenset[str]) -> list[Message] | None:
        """Return what a stream that last saw ``after`` may have missed; None when it is too much to replay."""
        rows = await self._read(AFTER, (after - OVERLAP, MOST_REPLAYED + 1))
        if len(rows) > MOST_REPLAYED:
            return None
        return [Message(row[0], row[1], str(row[2])) for row in rows if channels & set(row[3])]
