"""The chain's arithmetic: from the row of a log to bytes, from bytes to the next hash. Pure; nothing of Django.

docs/reference/record.md says the same in words, for whoever checks with a program of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

FORMAT = "rapport-chain-1"
EVENTS, LOOKS = "events", "looks"
FIELDS: dict[str, tuple[str, ...]] = {
    EVENTS: ("id", "at", "name", "subject", "actor", "data", "audience"),
    LOOKS: (
        "id",
        "at",
        "actor",
        "what",
        "subject",
        "about",
        "count",
        "why",
        "right",
        "contact",
        "in_hand",
        "address",
    ),
}
"""The fields of a row that are hashed, in this order, each as text; ``id`` and ``at`` come first in every log."""

Fields = Sequence[str | None]
NULL = b"\xff\xff\xff\xff"


def canonical(fields: Fields) -> bytes:
    """Return each text as its length in bytes (four bytes, big-endian) and its UTF-8; null is ff ff ff ff."""
    parts = []
    for field in fields:
        if field is None:
            parts.append(NULL)
        else:
            raw = field.encode()
            parts.append(len(raw).to_bytes(4, "big"))
            parts.append(raw)
    return b"".join(parts)


def beginning(programme: str, log: str) -> bytes:
    """Return the hash before the first row: that of the format, the programme's public id and the log's name."""
    return sha256(canonical((FORMAT, programme, log))).digest()


def following(previous: bytes, fields: Fields) -> bytes:
    """Return the hash of a row that stands behind ``previous``."""
    return sha256(previous + canonical(fields)).digest()
