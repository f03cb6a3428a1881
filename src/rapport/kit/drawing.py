"""Drawing people by chance for what is tried: the same person is drawn alike again and again, by a secret key."""

from __future__ import annotations

import secrets
from hashlib import blake2b


def new_key() -> str:
    """Return a key for a trial; who does not know it cannot tell how anybody will be drawn."""
    return secrets.token_hex(32)


def place_of(key: str, whose: str) -> float:
    """Return where somebody stands, 0 to below 1, evenly spread; ``whose`` is a public id, or an address."""
    digest = blake2b(whose.encode(), key=bytes.fromhex(key), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def arm_of(key: str, whose: str, share: float, others: int = 1) -> int:
    """Return for which of the others somebody is drawn, each for ``share`` of all; 0: the control."""
    arm = int(place_of(key, whose) / share)
    return arm + 1 if arm < others else 0
