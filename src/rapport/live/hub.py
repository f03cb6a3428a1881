"""Fan-out in memory: who listens to what, and a bounded queue for each stream."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

Address = tuple[int, str]  # programme and channel: what is said in one is never heard in another
MOST_UNREAD = 200  # messages a stream may lag behind before it is told to reload instead


@dataclass(frozen=True, slots=True)
class Message:
    """A name and an id for a page; ``id`` is the event's, 0 for what is not recorded."""

    id: int
    name: str
    subject: str

    def encoded(self) -> str:
        """Return the message as the event-stream format writes it."""
        cursor = f"id: {self.id}\n" if self.id else ""
        return f"{cursor}event: {self.name}\ndata: {json.dumps({'subject': self.subject})}\n\n"


RELOAD = Message(0, "reload", "")


class Stream:
    """One browser's stream."""

    def __init__(self, programme_id: int, channels: Iterable[str]) -> None:
        self.programme_id = programme_id
        self.channels = frozenset(channels)
        self.queue: asyncio.Queue[Message] = asyncio.Queue(MOST_UNREAD)

    def put(self, message: Message) -> None:
        """Queue a message; a stream that lags too far is emptied and told to reload."""
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(RELOAD)


class Hub:
    """All open streams, by channel."""

    def __init__(self) -> None:
        self._by_channel: dict[Address, set[Stream]] = defaultdict(set)

    def programmes(self) -> set[int]:
        """Return the programmes that somebody listens to."""
        return {programme_id for programme_id, _ in self._by_channel}

    def join(self, stream: Stream) -> None:
        """Let a stream hear its channels from now on."""
        for channel in stream.channels:
            self._by_channel[stream.programme_id, channel].add(stream)

    def leave(self, stream: Stream) -> None:
        """Forget a stream."""
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
