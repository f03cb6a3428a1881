"""The load maker: one lean process with raw sockets, that opens streams, listens, and sends requests at a rate.

It runs beside what is measured, so it parses as little as it can: what streams say is kept with its time and read
afterwards. Times are of the machine's monotonic clock, which all its processes share.
"""

import asyncio
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

OPENING_AT_ONCE = 50
WELCOME = b": welcome"
OPEN_SECONDS = 30.0
OWN = b"event: chat.message"


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: when it was due, when its answer was there, and what it said; no answer has no bytes."""

    due: float
    answered: float
    answer: bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a page fetched on hearing something: which stream, which of its requests, when heard, when there."""

    number: int
    name: bytes
    heard: float
    answered: float
    answer: bytes


class _Stream(asyncio.Protocol):
    """One open stream: says the request, then notes what comes and when."""

    def __init__(self, number: int, path: str, heard: Callable[[float, int, bytes], None]) -> None:
        self.number, self.path, self.heard = number, path, heard
        self.opened: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport
        transport.write(
            f"GET {self.path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if b"event: " in data:
            self.heard(time.monotonic(), self.number, data)
        if not self.opened.done() and WELCOME in data:
            self.opened.set_result(True)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_result(False)


class _Line:
    """One connection kept alive, on which requests are sent one after the other."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> bytes:
        """Send a request; return the head of its answer. A connection that was closed is opened again, once."""
        for attempt in (1, 2):
            try:
                if self.writer is None or self.reader is None:
                    self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
                self.writer.write(request)
                head = await self.reader.readuntil(b"\r\n\r\n")
                await self._skip_body(head.lower())
            except (OSError, asyncio.IncompleteReadError):
                self.close()
                if attempt == 2:
                    raise
            else:
                return head
        raise AssertionError

    async def _skip_body(self, head: bytes) -> None:
        assert self.reader is not None
        if b"transfer-encoding: chunked" in head:
            while size := int(await self.reader.readline(), 16):
                await self.reader.readexactly(size + 2)
            await self.reader.readline()
        elif b"content-length: " in head:
            length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
            await self.reader.readexactly(length)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


class _Maker:
    """What runs in the process: does what the pipe says, one thing after the other."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.kept: list[tuple[float, int, bytes]] = []
        self.streams: list[_Stream] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.pages: list[list[tuple[bytes, float, bytes]]] = []
        self.due: asyncio.Queue[tuple[int, bytes, float, bytes]] = asyncio.Queue()
        self.waiting: set[tuple[int, bytes]] = set()
        self.own: Counter[int] = Counter()
        self.fetched: list[Fetched] = []

    async def run(self) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def come() -> None:
            try:
                name, *told = self.pipe.recv()
            except EOFError:
                ended.set()
                return
            task = asyncio.create_task(self._do(name, told))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

        loop.add_reader(self.pipe.fileno(), come)
        await ended.wait()

    async def _do(self, name: str, told: list[Any]) -> None:
        try:
            self.pipe.send(await getattr(self, name)(*told))
        except Exception as error:  # the parent raises it
            self.pipe.send(error)

    async def open(self, host: str, port: int, paths: list[str]) -> tuple[int, float]:
        """Open streams; return how many opened, and in how many seconds."""
        begun, gate = time.monotonic(), asyncio.Semaphore(OPENING_AT_ONCE)
        loop = asyncio.get_running_loop()

        async def one(number: int, path: str) -> bool:
            async with gate:
                _, made = await loop.create_connection(partial(_Stream, number, path, self._heard), host, port)
                self.streams.append(made)
                try:
                    return await asyncio.wait_for(asyncio.shield(made.opened), OPEN_SECONDS)
                except TimeoutError:
                    return False

        opened = await asyncio.gather(*(one(number, path) for number, path in enumerate(paths)))
        return sum(opened), time.monotonic() - begun

    def _heard(self, at: float, number: int, data: bytes) -> None:
        self.kept.append((at, number, data))
        if self.own[number] and OWN in data:  # it came with the answer
            self.own[number] -= 1
            return
        for name, delay, request in self.pages[number] if number < len(self.pages) else ():
            if b"event: " + name in data and (number, name) not in self.waiting:
                self.waiting.add((number, name))  # a page has one fetch of a kind waiting, however much it hears
                asyncio.get_running_loop().call_later(delay, self.due.put_nowait, (number, name, at, request))

    async def fetch(
        self,
        host: str,
        port: int,
        pages: list[list[tuple[bytes, float, bytes]]],
        steady: list[tuple[float, bytes]],
        lines: int,
    ) -> None:
        """From now on fetch what each stream's page does on hearing a name, so many seconds later, and always."""
        self.pages = pages
        work = [self._fetch(_Line(host, port)) for _ in range(lines)]
        work += [self._again(every, one, number / len(steady)) for number, (every, one) in enumerate(steady)]
        self.tasks.update(asyncio.create_task(one) for one in work)

    async def _again(self, every: float, request: bytes, share: float) -> None:
        await asyncio.sleep(every * share)
        while True:
            self.due.put_nowait((-1, b"", time.monotonic(), request))
            await asyncio.sleep(every)

    async def _fetch(self, line: _Line) -> None:
        while True:
            number, name, at, request = await self.due.get()
            self.waiting.discard((number, name))
            try:
                answer = await asyncio.wait_for(line.ask(request), OPEN_SECONDS)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                line.close()
                answer = b""
            self.fetched.append(Fetched(number, name, at, time.monotonic(), answer[:20]))

    async def take_fetched(self) -> list[Fetched]:
        """Return what pages fetched since the last time."""
        found = self.fetched[:]
        self.fetched.clear()
        return found

    async def take(self) -> list[tuple[float, int, bytes]]:
        """Return what was heard since the last time: when, on which stream, and the bytes."""
        found = self.kept[:]
        self.kept.clear()
        return found

    async def close(self) -> None:
        """Close all streams."""
        for one in self.streams:
            if one.transport is not None:
                one.transport.close()
        self.streams.clear()

    async def post(
        self,
        host: str,
        port: int,
        requests: list[tuple[float, bytes]],
        lines: int,
        give_up: float,
        senders: Sequence[int] = (),
    ) -> list[Sent]:
        """Send each request so many seconds from now, over as many connections; late where all are busy.

        ``senders`` says of each which stream's page sends it: what it hears of that it has with the answer.
        """
        begun = time.monotonic() + 0.2
        queue = zip_longest(requests, senders)
        sent: list[Sent] = []

        async def work(line: _Line) -> None:
            for (at, request), sender in queue:
                due = begun + at
                if (wait := due - time.monotonic()) > 0:
                    await asyncio.sleep(wait)
                if sender is not None:
                    self.own[sender] = 1
                try:
                    answer = await asyncio.wait_for(line.ask(request), give_up)
                except (OSError, asyncio.IncompleteReadError, TimeoutError):
                    line.close()
                    answer = b""
                sent.append(Sent(due, time.monotonic(), answer))
            line.close()

        await asyncio.gather(*(work(_Line(host, port)) for _ in range(lines)))
        return sent


def _live(pipe: Connection) -> None:
    with suppress(KeyboardInterrupt):
        asyncio.run(_Maker(pipe).run())


class LoadMaker:
    """The load maker as its parent sees it; every method waits for its end."""

    def __enter__(self) -> "LoadMaker":
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_live, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.close()
        self._process.join(10)
        self._process.kill()

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid or 0

    def _ask(self, *told: object) -> Any:
        self.begin(*told)
        return self.end()

    def begin(self, *told: object) -> None:
        """Have it begin something; :meth:`end` waits for it."""
        self._pipe.send(told)

    def end(self) -> Any:
        """Wait for the end of what was begun, and return what it gave."""
        found = self._pipe.recv()
        if isinstance(found, Exception):
            raise found
        return found

    def open(self, host: str, port: int, paths: list[str]) -> tuple[int, float]:
        """Open streams; return how many opened, and in how many seconds."""
        opened, seconds = self._ask("open", host, port, paths)
        return int(opened), float(seconds)

    def take(self) -> list[tuple[float, int, bytes]]:
        """Return what was heard since the last time: when, on which stream, and the bytes."""
        return list(self._ask("take"))

    def fetch(
        self,
        host: str,
        port: int,
        pages: list[list[tuple[bytes, float, bytes]]],
        steady: list[tuple[float, bytes]],
        lines: int,
    ) -> None:
        """Fetch from now on what each stream's page does: on hearing a name, after a delay, a request.

        Beside that, ``steady`` requests, each every so many seconds.
        """
        self._ask("fetch", host, port, pages, steady, lines)

    def take_fetched(self) -> list[Fetched]:
        """Return what pages fetched since the last time."""
        return list(self._ask("take_fetched"))

    def close_streams(self) -> None:
        """Close all streams."""
        self._ask("close")
