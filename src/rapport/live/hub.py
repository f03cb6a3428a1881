"""Fan-out in memory: who listens to what, and a bounded queue for each stream."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rapport.live.tickets import Ticket

Address = tuple[int, str]  # programme and channel: what is said in one is never heard in another
MOST_UNREAD = 200  # messages a stream may lag behind before it is told to reload instead


@dataclass(frozen=True, slots=True)
class Message:
    """A name and an id for a page; ``id`` is the event's, 0 for what is not recorded."""

    id: int
    name: str
    subject: str

    def encoded(self) -> bytes:
        """Return the message as the event-stream format writes it; made once for all who hear of it."""
        return _encoded(self)


@lru_cache(maxsize=512)
def _encoded(message: Message) -> bytes:
    cursor = f"id: {message.id}\n" if message.id else ""
    return f"{cursor}event: {message.name}\ndata: {json.dumps({'subject': message.subject})}\n\n".encode()


RELOAD = Message(0, "reload", "")
CLOSED = Message(0, "closed", "")  # the right to listen has ended: the page reloads and meets its door
RECONNECT = Message(0, "reconnect", "")
LAST = (CLOSED, RECONNECT)
CLOSINGS_KEPT_SECONDS = TICKETS_KEPT_SECONDS = 120.0  # longer than any ticket is good for


class Stream:
    """One browser's stream: what it may hear, and whose it is."""

    def __init__(
        self,
        programme_id: int,
        channels: Iterable[str],
        *,
        person: int | None = None,
        session: str = "",
        address: str = "",
    ) -> None:
        self.programme_id = programme_id
        self.channels = frozenset(channels)
        self.person = person
        self.session = session
        self.address = address
        self.queue: asyncio.Queue[Message] = asyncio.Queue(MOST_UNREAD)

    def put(self, message: Message) -> None:
        """Queue a message; a stream that lags too far is emptied and told to reload."""
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(RELOAD)

    def end(self, last: Message) -> None:
        """Let ``last`` be the next and only thing the stream still says."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(last)


class Hub:
    """All open streams by channel, and which people and sessions were shut out lately.

    What happened before this process could hear it does not know: tickets from before ``deaf_until`` open nothing.
    A person, and a network address, may have so many streams open at once; 0 is no limit.
    """

    def __init__(self, *, most_of_person: int = 0, most_of_address: int = 0) -> None:
        self._most = {"person": most_of_person, "address": most_of_address}
        self._open: Counter[tuple[str, int | str]] = Counter()
        self._used: dict[str, float] = {}
        self._by_channel: dict[Address, set[Stream]] = defaultdict(set)
        self._closed_at: dict[int | str, float] = {}
        self.deaf_until = math.inf

    def programmes(self) -> set[int]:
        """Return the programmes that somebody listens to."""
        return {programme_id for programme_id, _ in self._by_channel}

    def admits(self, ticket: Ticket) -> bool:
        """Say whether a ticket still opens a stream: whose it is was not shut out since, by time or by hand."""
        closings = (self._closed_at.get(one, 0.0) for one in (ticket.person, ticket.session) if one)
        is_over = ticket.until is not None and ticket.until <= time.time()
        return not is_over and ticket.at > max(self.deaf_until, *closings, 0.0)

    def is_first_use(self, ticket: str) -> bool:
        """Say whether nobody came with this ticket before: it opens one stream."""
        now = time.monotonic()
        while self._used and next(iter(self._used.values())) < now - TICKETS_KEPT_SECONDS:
            del self._used[next(iter(self._used))]
        if ticket in self._used:
            return False
        self._used[ticket] = now
        return True

    def has_room(self, stream: Stream) -> bool:
        """Say whether whose stream this is may have one more."""
        return all(self._open[kind, whose] < self._most[kind] for kind, whose in self._owners(stream))

    def _owners(self, stream: Stream) -> list[tuple[str, int | str]]:
        whose = {"person": stream.person, "address": stream.address}
        return [(kind, one) for kind, one in whose.items() if one and self._most[kind]]

    def close(self, *, person: int | None, session: str) -> None:
        """End the streams of a person or a session, and remember it for as long as an older ticket is good."""
        now = time.time()
        oldest = now - CLOSINGS_KEPT_SECONDS
        self._closed_at = {whose: when for whose, when in self._closed_at.items() if when > oldest}
        self._closed_at |= {whose: now for whose in (person, session) if whose}
        for stream in self._streams():
            if (person and stream.person == person) or (session and stream.session == session):
                stream.end(CLOSED)

    def renew(self) -> None:
        """Have every stream ask its page's door again: while we were deaf somebody may have been shut out."""
        self.deaf_until = time.time()
        for stream in self._streams():
            stream.end(RECONNECT)

    def _streams(self) -> set[Stream]:
        return {stream for streams in self._by_channel.values() for stream in streams}

    def join(self, stream: Stream) -> None:
        """Let a stream hear its channels from now on."""
        self._open.update(self._owners(stream))
        for channel in stream.channels:
            self._by_channel[stream.programme_id, channel].add(stream)

    def leave(self, stream: Stream) -> None:
        """Forget a stream."""
        self._open -= Counter(self._owners(stream))  # what comes to nothing is forgotten
        for channel in stream.channels:
            address = (stream.programme_id, channel)
            self._by_channel[address].discard(stream)
            if not self._by_channel[address]:
                del self._by_channel[address]

    def tell_all(self, message: Message) -> None:
        """Hand a message to every stream, once each."""
        self._hand(message, list(self._by_channel))

    def publish(self, message: Message, programme_id: int, audience: Iterable[str]) -> None:
        """Hand a message to every stream that hears one of the programme's channels, once each."""
        self._hand(message, [(programme_id, channel) for channel in audience])

    def _hand(self, message: Message, addresses: Iterable[Address]) -> None:
        for stream in {stream for address in addresses for stream in self._by_channel.get(address, ())}:
            stream.put(message)
