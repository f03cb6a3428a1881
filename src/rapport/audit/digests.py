"""Signed digests: their document, their signature, and whether a row of them hangs together. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "rapport-digest-1"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A digest as it was signed: its document to the byte, and the signature."""

    document: str
    signature: bytes

    @property
    def told(self) -> dict[str, Any]:
        """What the document says; empty where it cannot be read."""
        try:
            told = json.loads(self.document)
        except (ValueError, RecursionError):
            return {}
        return told if isinstance(told, dict) and _is_shaped(told) else {}

    @property
    def hash(self) -> str:
        """What the next digest names this one by."""
        return sha256(self.document.encode()).hexdigest()

    def is_signed_by(self, key: str) -> bool:
        """Say whether the holder of the public key (hex) signed this document."""
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(self.signature, self.document.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


def _is_shaped(told: dict[str, Any]) -> bool:
    kinds = {"programme": dict, "logs": dict, "number": int, "key": str}
    return all(isinstance(told.get(name), kind) for name, kind in kinds.items())


def seal(told: dict[str, Any], key: Ed25519PrivateKey) -> Sealed:
    """Write the document and sign it."""
    document = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return Sealed(document, key.sign(document.encode()))


def public_hex(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key, as digests name it."""
    return key.public_key().public_bytes_raw().hex()


def faults(digests: Sequence[Sealed], *, programme: str, trusted: str = "") -> Iterator[tuple[int, str]]:
    """Yield what is wrong with a row of digests, each with the number it is found at; nothing is good.

    ``trusted`` is the public key (hex) that the reader got from us: what it signed, and through the hashes all
    before that, is ours. After it, a new key counts only where the old one named it.
    """
    previous: Sealed | None = None
    for place, one in enumerate(digests, start=1):
        told = one.told
        if told.get("format") != FORMAT or told.get("programme", {}).get("id") != programme:
            yield place, "is not a digest of this programme"
            return
        if told.get("number") != place:
            yield place, f"is missing: digest {told.get('number')} stands in its place"
            return
        if not one.is_signed_by(str(told.get("key"))):
            yield place, "was not signed by the key it names: its text or its signature was changed"
        if told.get("previous") != (previous.hash if previous else None):
            yield place, "does not name the digest before it: one of the two was changed"
        if previous and told.get("key") not in (previous.told.get("key"), previous.told.get("next_key")):
            yield place, "was signed by a key that the digest before it does not name"
        previous = one
    if trusted and not digests:
        yield 1, "is missing: nothing here is signed by the key you trust"
    elif trusted and trusted not in {one.told.get("key") for one in digests}:
        yield len(digests), "was not signed by the key you trust, nor was any before it"
