"""Audio, pictures and videos, sealed in pieces under a key of each one's own, and put into the storage.

A piece opens only as that piece of that file: one that was changed, moved, exchanged or cut off does not. Any part
can be read without opening the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import IntegrityError

from rapport.kit import storage
from rapport.kit.errors import DomainError
from rapport.kit.sealing import Broken

PIECE = 64 * 1024
TAG = 16
NONCE = 12
FETCHED = 16  # pieces read at once
REMOVED = 500  # files let go at once


class Gone(DomainError):
    """The file of a recording is not where it was kept."""

    status = 404
    code = "recording_gone"


@dataclass(frozen=True, slots=True)
class Held:
    """A recording's audio in the store: ``size`` bytes, which open with ``key``, once for each recording."""

    folder: str
    name: UUID
    size: int
    key: bytes

    @property
    def pieces(self) -> int:
        """How many pieces it is kept in."""
        return -(-self.size // PIECE)

    @property
    def place(self) -> str:
        """What it is called in the storage."""
        return f"{self.folder}/{self.name}"

    def bound(self, number: int) -> tuple[bytes, bytes]:
        """Return the nonce of a piece, and what it is bound to: the key seals each number once."""
        return number.to_bytes(NONCE, "big"), f"{self.name} {number} of {self.pieces}, {self.size}".encode()


@contextmanager
def keeping(plain: IO[bytes], held: Held) -> Iterator[None]:
    """Seal a plain file into the storage, whole or not at all, while within it the row is written that names it.

    So nothing is locked while the storage is waited for. Where the row is refused, the file goes again; where the
    database does not say whether it was written, the file stays, and the sweep removes what nobody names. Raises
    storage.Trouble.
    """
    _kept_in().put(held.place, _sealed(plain, held), held.size + held.pieces * TAG)
    try:
        yield
    except (DomainError, IntegrityError):
        with suppress(storage.Trouble):
            _kept_in().remove([held.place])
        raise


def read(held: Held, start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes from ``start`` to before ``stop``, opening only the pieces that they are in.

    Raises Gone where there is no file and storage.Trouble where nobody can say, both at once where it is the first
    fetch that fails, and Broken at a piece that is not as it was sealed.
    """
    pieces = range(start // PIECE, -(-stop // PIECE))
    return _opened(held, start, stop, pieces, _fetched(held, pieces[:FETCHED]))


def _opened(held: Held, start: int, stop: int, pieces: range, fetched: bytes) -> Iterator[bytes]:
    cipher, size = AESGCM(held.key), PIECE + TAG
    for order, number in enumerate(pieces):
        if order and order % FETCHED == 0:
            fetched = _fetched(held, pieces[order : order + FETCHED])
        nonce, binding = held.bound(number)
        sealed = fetched[order % FETCHED * size :][:size]
        try:
            piece = cipher.decrypt(nonce, sealed, binding)
        except (InvalidTag, ValueError) as error:
            raise Broken("This recording was changed outside Rapport, so it cannot be heard.") from error
        at = number * PIECE
        yield piece[max(0, start - at) : stop - at]


def _fetched(held: Held, pieces: range) -> bytes:
    try:
        return _kept_in().read(held.place, pieces.start * (PIECE + TAG), pieces.stop * (PIECE + TAG))
    except storage.Absent:
        raise Gone("The sound is not here any more. What is written about the contact still is.") from None


def sweep(programme_key: str, *, let_go: Collection[str], named: Collection[str], before: datetime) -> int:
    """Remove files that were let go, and those of before then that no recording names; return how many."""
    kept, gone, waiting = _kept_in(), 0, list[str]()
    for name, since in kept.files(programme_key):
        if name in let_go or (name not in named and since < before):
            waiting.append(f"{programme_key}/{name}")
            gone += 1
        if len(waiting) == REMOVED:
            kept.remove(waiting)
            waiting = []
    if waiting:
        kept.remove(waiting)
    return gone


def _kept_in() -> storage.Storage:
    return storage.at(settings.RECORDINGS)


def _sealed(plain: IO[bytes], held: Held) -> Iterator[bytes]:
    cipher = AESGCM(held.key)
    for number in range(held.pieces):
        nonce, binding = held.bound(number)
        yield cipher.encrypt(nonce, plain.read(PIECE), binding)
