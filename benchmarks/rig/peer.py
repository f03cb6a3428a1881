"""The bare peer of the live process: asyncio sockets that send the same bytes, and nothing else.

It knows no tickets, no walls and no log: who connects says which channel to hear, and each notification carries
the channels and the bytes to send.
"""

import asyncio
import json
import sys
from collections import defaultdict

import psycopg

CHANNEL = "bench_peer"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def chunk(text: str) -> bytes:
    """Bytes as one chunk of an answer."""
    return f"{len(text.encode()):x}\r\n{text}\r\n".encode()


async def main(port: int, url: str) -> None:
    """Serve until killed."""
    heard: dict[str, set[asyncio.StreamWriter]] = defaultdict(set)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        channels = head.split(b" ")[1].decode().partition("?")[2].split(",")
        for channel in channels:
            heard[channel].add(writer)
        writer.write(HEAD + chunk(": welcome\n\n"))
        await reader.read()
        for channel in channels:
            heard[channel].discard(writer)
        writer.close()

    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as ears:
        await ears.execute(f"LISTEN {CHANNEL}")
        await asyncio.start_server(serve, "127.0.0.1", port, backlog=4096)
        async for notification in ears.notifies():
            told = json.loads(notification.payload)
            for writer in {one for channel in told["audience"] for one in heard[channel]}:
                writer.write(chunk(told["text"]))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
