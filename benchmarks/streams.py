"""Open desks: what an event costs the live process with 2,000 streams, beside bare asyncio sockets.

An event to one desk and one to all: time from before its commit until the last byte is there, at the median and
the 99th percentile; memory a stream; time to open them. Streams are opened by tickets as pages get them; the peer
hears the same PostgreSQL's notifications and sends the same bytes, and has no tickets, no walls and no log.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from rig.maker import LoadMaker
from rig.peer import CHANNEL
from rig.place import installation, megabytes, percentile, spread

from rapport.runtime.rig import Installation, two_free_ports

ROUNDS_ONE, ROUNDS_ALL = 200, 30
SETTLE_SECONDS = 1.0
LONGEST_SECONDS = 10.0
Tell = Callable[[str, UUID], float]  # tells a channel of a subject; returns when it began


@dataclass(frozen=True, slots=True)
class Measured:
    """What one of the two showed; seconds, and memory in KB a stream."""

    opened: int
    opening: float
    kilobytes: float
    one: list[float]
    every: list[float]
    lasts: list[float]


def measure(maker: LoadMaker, port: int, pid: int, paths: list[str], tell: Tell) -> Measured:
    """Open the streams, tell one of them at a time, then all at a time."""
    before = megabytes(pid)
    opened, opening = maker.open("127.0.0.1", port, paths)
    time.sleep(SETTLE_SECONDS)
    kilobytes = (megabytes(pid) - before) * 1000 / max(1, opened)
    one = [latency for number in range(ROUNDS_ONE) for latency in told(maker, tell, f"member:{number + 1}", 1)]
    every = [told(maker, tell, "floor", opened) for _ in range(ROUNDS_ALL)]
    maker.close_streams()
    time.sleep(SETTLE_SECONDS)
    together = [latency for many in every for latency in many]
    return Measured(opened, opening, kilobytes, one, together, list(map(max, every)))


def told(maker: LoadMaker, tell: Tell, channel: str, listeners: int) -> list[float]:
    """Tell a channel; return how long it took to each of its listeners."""
    subject = uuid4()
    maker.take()
    begun, found = tell(channel, subject), []
    while len(found) < listeners and time.monotonic() - begun < LONGEST_SECONDS:
        time.sleep(0.02)
        found += [at - begun for at, _, data in maker.take() if str(subject).encode() in data]
    assert len(found) == listeners, f"{listeners - len(found)} of {listeners} did not hear of it"
    return found


def ours(place: Installation, maker: LoadMaker, streams: int) -> Measured:
    """Measure the live process."""
    from django.db import transaction

    from rapport.accounts.actions import ensure_programme
    from rapport.events.actions import announce
    from rapport.kit.walls import inside
    from rapport.live import tickets
    from rapport.routing.events import PresenceChanged

    programme, _ = ensure_programme(key="bench", requires_second_factor=False)

    def tell(channel: str, subject: UUID) -> float:
        happening = PresenceChanged(rep="r", before="available", doing="reserved")
        with inside(programme.pk), transaction.atomic():
            announce(happening, programme=programme, subject=subject, actor="router", audience=[channel])
            return time.monotonic()

    paths = [
        f"/stream?ticket={tickets.issue(['floor', f'member:{number}'], programme_id=programme.pk)}"
        for number in range(1, streams + 1)
    ]
    return measure(maker, place.port + 1, place.pid("live"), paths, tell)


def bare(place: Installation, maker: LoadMaker, streams: int) -> Measured:
    """Measure the peer on the same database."""
    from django.conf import settings
    from django.db import connection, transaction

    port = two_free_ports()
    peer = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("rig") / "peer.py", str(port), settings.DATABASE_URL]
    )
    time.sleep(2 * SETTLE_SECONDS)

    def tell(channel: str, subject: UUID) -> float:
        text = f"id: 100000\nevent: presence.changed\ndata: {json.dumps({'subject': str(subject)})}\n\n"
        with transaction.atomic(), connection.cursor() as cursor:
            payload = json.dumps({"audience": [channel], "text": text})
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
            return time.monotonic()

    try:
        paths = [f"/stream?floor,member:{number}" for number in range(1, streams + 1)]
        return measure(maker, port, peer.pid, paths, tell)
    finally:
        peer.kill()
        peer.wait()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=2_000)
    wanted = parser.parse_args().streams
    with installation(RAPPORT_STREAMS_PER_ADDRESS="0") as place, LoadMaker() as maker:
        live, peer = ours(place, maker, wanted), bare(place, maker, wanted)
    rows = [
        ("streams open", float(live.opened), float(peer.opened)),
        ("seconds to open them", live.opening, peer.opening),
        ("memory a stream, KB", live.kilobytes, peer.kilobytes),
        *(
            (f"event to {whom}, {name}, ms", one * 1000, other * 1000)
            for whom, mine, theirs in (("one", live.one, peer.one), ("all", live.every, peer.every))
            for name, one, other in zip(("p50", "p95", "p99"), spread(mine), spread(theirs), strict=True)
        ),
        ("all have heard, p50, ms", percentile(live.lasts, 0.5) * 1000, percentile(peer.lasts, 0.5) * 1000),
    ]
    print(f"{'':<28}{'live':>10}{'bare':>10}{'ratio':>8}")
    for name, mine, theirs in rows:
        print(f"{name:<28}{mine:>10.1f}{theirs:>10.1f}{mine / theirs:>8.2f}")


if __name__ == "__main__":
    main()
