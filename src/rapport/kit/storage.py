"""Where files are kept that rows only name: a folder, or a bucket of S3-compatible storage (``kit.buckets``).

A file is named ``folder/name``, put once and whole, and read in parts. Nothing here knows what is in it.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Protocol

from rapport.kit.errors import DomainError

logger = logging.getLogger("rapport.storage")
PART = ".part"


class Absent(Exception):
    """There is no such file."""


class There(Exception):
    """A file of this name is there already; it was left as it is."""


class Trouble(DomainError):
    """The storage cannot be used now, and nothing was changed; ``reason`` goes on "the storage …"."""

    status = 503
    code = "storage_away"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"Files cannot be kept or read now: the storage {reason}. Nothing was changed. Try again later, or "
            "tell whoever runs this installation; `rapport status` says how the storage is."
        )


@dataclass(frozen=True, slots=True)
class Address:
    """A bucket of S3-compatible storage, and how to get in; ``authorities``: certificates (PEM) to trust too."""

    bucket: str
    prefix: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    authorities: Path | None = None

    def __str__(self) -> str:
        return f"s3://{self.bucket}{'/' if self.prefix else ''}{self.prefix} at {self.endpoint}"


class Storage(Protocol):
    """What both kinds do. Each raises Trouble where the storage cannot be used."""

    def put(self, name: str, pieces: Iterable[bytes], size: int) -> None:
        """Keep a file of ``size`` bytes, whole or not at all; There, and no change, where there is one."""

    def read(self, name: str, start: int, stop: int) -> bytes:
        """Return the bytes from ``start`` to before ``stop``, fewer where the file ends before. Absent."""

    def files(self, folder: str) -> Iterator[tuple[str, datetime]]:
        """Yield what is in the folder, and since when, drafts of files that were never kept among it."""

    def remove(self, names: Collection[str]) -> None:
        """Remove files; those that are gone already are no fault."""

    def check(self) -> None:
        """Do nothing where the storage answers."""


def at(place: Path | Address) -> Storage:
    """Return the storage at a place."""
    return Folder(place) if isinstance(place, Path) else _bucket(place)


def state(place: Path | Address) -> str:
    """Return "ok", or what is wrong with the storage at a place."""
    try:
        at(place).check()
    except Trouble as error:
        return error.reason
    return "ok"


@contextmanager
def passing() -> Iterator[Path]:
    """Give the path of an empty file for what must not stay: it has no name, and goes even where we are killed.

    Processes that we start may open it too. Where a system does not tell of open files by path, it is in a folder
    that is removed at the end.
    """
    files = Path(f"/proc/{os.getpid()}/fd")
    if files.is_dir():
        with tempfile.TemporaryFile() as file:
            yield files / str(file.fileno())
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder) / "file"


@cache
def _bucket(address: Address) -> Storage:
    from rapport.kit.buckets import Bucket  # who keeps files in a folder does not load it

    return Bucket(address)


@dataclass(frozen=True, slots=True)
class Folder:
    """Storage in a folder of this machine, or of one that is mounted there."""

    root: Path

    def put(self, name: str, pieces: Iterable[bytes], size: int) -> None:
        """Keep a file; what was written of one that fails is removed."""
        path = self.root / name
        draft = path.with_name(path.name + PART)
        with self._told():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                raise There(name) from None
            try:
                with os.fdopen(descriptor, "wb") as file:
                    if path.exists():  # nobody else puts it meanwhile: they would hold the draft
                        raise There(name)
                    for piece in pieces:
                        file.write(piece)
                    file.flush()
                    os.fsync(descriptor)
                draft.replace(path)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
            self._last(path.parent)

    def _last(self, folder: Path) -> None:
        """Have the folder's names outlast a power cut, as what is in its files does."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self, name: str, start: int, stop: int) -> bytes:
        """Return a part of a file."""
        with self._told(), (self.root / name).open("rb") as file:
            file.seek(start)
            return file.read(stop - start)

    def files(self, folder: str) -> Iterator[tuple[str, datetime]]:
        """Yield what is in a folder, by name, and since when."""
        with self._told(), suppress(FileNotFoundError):
            for path in sorted((self.root / folder).iterdir()):
                with suppress(FileNotFoundError):  # gone meanwhile
                    yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def remove(self, names: Collection[str]) -> None:
        """Remove files."""
        with self._told():
            for name in names:
                (self.root / name).unlink(missing_ok=True)

    def check(self) -> None:
        """Look whether the folder, or what it will be made in, may be written."""
        there = next(one for one in (self.root, *self.root.parents) if one.exists())
        if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
            raise Trouble(f"cannot be written: {there}")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise Absent from None
        except OSError as error:
            logger.warning("the folder %s cannot be used: %s", self.root, error)
            raise Trouble(f"fails ({error.strerror})") from error
