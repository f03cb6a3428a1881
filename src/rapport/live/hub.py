"""Fan-out in memory: who listens to what, and a bounded queue for each stream."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

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

    def __init__(self, channels: Iterable[str]) -> None:
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
        self._by_channel: dict[str, set[Stream]] = defaultdict(set)

    def join(self, stream: Stream) -> None:
        """Let a stream hear its channels from now on."""
        for channel in stream.channels:
            self._by_channel[channel].add(stream)

    def leave(self, stream: Stream) -> None:
        """Forget a stream."""
        for channel in stream.channels:
            self._by_channel[channel].discard(stream)
            if not self._by_channel[channel]:
                del self._by_channel[channel]

    def tell_all(self, message: Message) -> None:
        """Hand a message to every stream, once each."""
        self.publish(message, list(self._by_channel))

    def publish(self, message: Message, audience: Iterable[str]) -> None:
        """Hand a message to every stream that hears one of the channels, once each."""
        for stream in {stream for channel in audience for stream in self._by_channel.get(channel, ())}:
            stream.put(message)
