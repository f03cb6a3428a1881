"""Where messages come from: PostgreSQL's notifications, and the event log they point to."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from typing import Any

import psycopg

from rapport.kit import walls
from rapport.kit.env import SettingError
from rapport.live.closing import CHANNEL
from rapport.live.hub import RELOAD, Hub, Message, Stream

log = logging.getLogger("rapport.live")

RETRY_SECONDS = 0.5
OVERLAP = 500  # events read again after a gap: ids are given before commit, so a lower one may come later
MOST_REPLAYED = 1000
COLUMNS = "id, name, subject, audience"
BY_ID = f"SELECT {COLUMNS} FROM events_event WHERE id = ANY(%s) ORDER BY id"  # noqa: S608 (constants)
AFTER = (
    f"SELECT {COLUMNS} FROM events_event WHERE id > %s AND cardinality(audience) > 0"  # noqa: S608 (constants)
    " ORDER BY id LIMIT %s"
)
NEWEST = "SELECT last_value FROM events_event_id_seq"  # no programme's wall hides how far the log has come
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
            except SettingError as error:
                log.error("%s", error)
            except Exception:  # a message nobody can read must not make this process deaf for good
                log.exception("listening failed; beginning anew")
            self.listening = False
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        async with (
            await psycopg.AsyncConnection.connect(**self.dsn, autocommit=True) as ears,
            await psycopg.AsyncConnection.connect(**self.dsn, autocommit=True) as eyes,
        ):
            fault = await (await eyes.execute(walls.ROLE_FAULT, {"role": None})).fetchone()
            if fault and fault[0]:
                raise SettingError(walls.refusal(str(self.dsn.get("user")), fault[0]))
            self._eyes = eyes
            await ears.execute(f"LISTEN {CHANNEL}")
            self.hub.renew()
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
        after, self._last_id = self._last_id, await self._newest()
        for programme_id in self.hub.programmes() if after else ():
            missed = await self._read(programme_id, AFTER, (after - OVERLAP, MOST_REPLAYED + 1))
            if len(missed) > MOST_REPLAYED:
                break
            self._publish(programme_id, missed)
        else:
            if after:
                return
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
            for programme_id, ids in _by_programme(payloads).items():
                self._publish(programme_id, await self._read(programme_id, BY_ID, (ids,)))

    def _whisper(self, payload: str) -> None:
        told = json.loads(payload)
        if "close" in told:
            self.hub.close(**told["close"])
            return
        self.hub.publish(Message(0, told["name"], told["subject"]), told["programme"], told["audience"])

    def _publish(self, programme_id: int, rows: Iterable[Row]) -> None:
        for event_id, name, subject, audience in rows:
            self._last_id = max(self._last_id, event_id)
            self.hub.publish(Message(event_id, name, str(subject)), programme_id, audience)

    async def _read(self, programme_id: int, query: str, parameters: tuple[object, ...]) -> list[Row]:
        """Read events inside the wall of one programme."""
        if self._eyes is None:
            return []
        async with self._reading, self._eyes.transaction():
            await self._eyes.execute(walls.ENTER, (str(programme_id),))
            cursor = await self._eyes.execute(query, parameters)
            return await cursor.fetchall()

    async def _newest(self) -> int:
        if self._eyes is None:
            return self._last_id
        async with self._reading:
            found = await (await self._eyes.execute(NEWEST)).fetchone()
            return int(found[0]) if found else 0

    async def replay(self, after: int, stream: Stream) -> list[Message] | None:
        """Return what a stream that last saw ``after`` may have missed; None when it is too much to replay."""
        rows = await self._read(stream.programme_id, AFTER, (after - OVERLAP, MOST_REPLAYED + 1))
        if len(rows) > MOST_REPLAYED:
            return None
        return [Message(row[0], row[1], str(row[2])) for row in rows if stream.channels & set(row[3])]


def _by_programme(payloads: Iterable[str]) -> dict[int, list[int]]:
    """Return the ids of the events that notifications (``programme/event``) tell of."""
    found: dict[int, list[int]] = {}
    for programme_id, slash, event_id in (payload.partition("/") for payload in payloads):
        if slash and programme_id.isdecimal() and event_id.isdecimal():
            found.setdefault(int(programme_id), []).append(int(event_id))
    return found
