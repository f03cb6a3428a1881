"""Where audio is kept: a file for each recording, sealed in pieces under a key of its own.

A piece opens only as that piece of that recording: one that was changed, moved, exchanged or cut off does not. Any
part can be read without opening the rest. Only this module knows where and how.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from rapport.kit.errors import DomainError
from rapport.kit.sealing import Broken

PIECE = 64 * 1024
TAG = 16
NONCE = 12


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
    def path(self) -> Path:
        """The file it is kept in."""
        return folder_of(self.folder) / str(self.name)

    def bound(self, number: int) -> tuple[bytes, bytes]:
        """Return the nonce of a piece, and what it is bound to: the key seals each number once."""
        return number.to_bytes(NONCE, "big"), f"{self.name} {number} of {self.pieces}, {self.size}".encode()


def folder_of(programme_key: str) -> Path:
    """Return the folder of a programme's recordings."""
    return Path(settings.RECORDINGS) / programme_key


def keep(source: Path, held: Held) -> None:
    """Seal a plain file into the store, whole or not at all."""
    held.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = held.path.with_name(f"{held.name}.part")
    cipher = AESGCM(held.key)
    try:
        with source.open("rb") as plain, os.fdopen(_made(draft), "wb") as kept:
            for number in range(held.pieces):
                nonce, binding = held.bound(number)
                kept.write(cipher.encrypt(nonce, plain.read(PIECE), binding))
            kept.flush()
            os.fsync(kept.fileno())
        draft.replace(held.path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def read(held: Held, start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes from ``start`` to before ``stop``, opening only the pieces that they are in.

    Raises Gone where there is no file, and Broken at a piece that is not as it was sealed.
    """
    if not held.path.is_file():
        raise Gone("The sound is not here any more. What is written about the contact still is.")
    return _opened(held, start, stop)


def _opened(held: Held, start: int, stop: int) -> Iterator[bytes]:
    cipher = AESGCM(held.key)
    with held.path.open("rb") as file:
        file.seek(start // PIECE * (PIECE + TAG))
        for number in range(start // PIECE, -(-stop // PIECE)):
            nonce, binding = held.bound(number)
            try:
                piece = cipher.decrypt(nonce, file.read(PIECE + TAG), binding)
            except (InvalidTag, ValueError) as error:
                raise Broken("This recording was changed outside Rapport, so it cannot be heard.") from error
            at = number * PIECE
            yield piece[max(0, start - at) : stop - at]


def sweep(programme_key: str, *, let_go: Collection[str], named: Collection[str], before: datetime) -> int:
    """Remove files that were let go, and those of before then that no recording names; return how many."""
    gone = 0
    for file in folder_of(programme_key).glob("*"):
        is_nobodys = file.name not in named and file.stat().st_mtime < before.timestamp()
        if is_nobodys or file.name in let_go:
            file.unlink(missing_ok=True)
            gone += 1
    return gone


def _made(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
