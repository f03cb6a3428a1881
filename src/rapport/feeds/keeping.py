"""Where a delivery that broke its contract is kept: a sealed file that only we can read, bounded in all.

It is sealed in pieces, a line each, which open only in this delivery of this programme, and in their order; the
last piece says that it is the last, so that a file cut short does not pass for the whole.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from rapport.feeds.checking import checksum
from rapport.kit import sealing

if TYPE_CHECKING:
    from rapport.feeds.models import Delivery

MOST_BYTES = 5 * 1024**3  # of one programme
PIECE = 1024**2


class _Full(Exception):
    """There is no room for the file."""


def keep(source: Path, delivery: Delivery) -> str:
    """Seal a file into the quarantine of its programme; return its name there, empty where there is no room."""
    folder, name = _folder(delivery.programme.key), str(delivery.public_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    room = MOST_BYTES - sum(each.stat().st_size for each in folder.iterdir() if each.is_file())
    try:
        with os.fdopen(_made(folder / name), "w") as kept:
            for line in _sealed(source, delivery):
                room -= len(line)  # of what is sealed, which is more than what is not
                if room < 0:
                    raise _Full
                kept.write(line)
    except _Full:
        (folder / name).unlink()
        return ""
    except BaseException:
        (folder / name).unlink(missing_ok=True)
        raise
    return name


def sweep(programme_key: str, named: Collection[str], *, before: datetime) -> int:
    """Remove files of before then that no delivery names (any more); return how many."""
    gone = 0
    for file in _folder(programme_key).glob("*"):
        if file.name not in named and file.stat().st_mtime < before.timestamp():
            file.unlink()
            gone += 1
    return gone


def fetch(delivery: Delivery, to: Path) -> None:
    """Open a kept file into ``to``, which must not exist yet, for its owner only; nothing stays where it fails."""
    with os.fdopen(_made(to), "wb") as copy:
        try:
            for piece, _ in _opened(delivery):
                copy.write(piece.encode("latin-1"))
        except BaseException:
            to.unlink()
            raise


def seal_anew(deliveries: Iterable[Delivery]) -> None:
    """Seal with the current key what an earlier one opens; what does not open stays as it is.

    A file of the days before files were sealed is sealed, if it is still the one that came.
    """
    for delivery in deliveries:
        file = _folder(delivery.programme.key) / delivery.kept
        if not file.exists() or (key := _key_of(file)) == sealing.ring().current:
            continue
        if not key and checksum(file) != delivery.sha256:
            continue
        draft = file.with_name(f"{file.name}.anew")
        draft.unlink(missing_ok=True)
        try:
            with os.fdopen(_made(draft), "w") as kept:
                kept.writelines(_sealed_anew(delivery) if key else _sealed(file, delivery))
            draft.replace(file)
        except (sealing.KeyMissing, sealing.Broken):
            draft.unlink()


def forget(delivery: Delivery) -> None:
    """Remove the file that is kept of a delivery, if it is still there."""
    (_folder(delivery.programme.key) / delivery.kept).unlink(missing_ok=True)


def _sealed(source: Path, delivery: Delivery) -> Iterator[str]:
    """Yield a plain file as sealed lines."""
    with source.open("rb") as file:
        piece = file.read(PIECE)
        for number in count():
            following = file.read(PIECE)
            yield sealing.seal(piece.decode("latin-1"), _place(delivery, number, not following)) + "\n"
            if not following:
                return
            piece = following


def _sealed_anew(delivery: Delivery) -> Iterator[str]:
    return (f"{sealing.seal(piece, place)}\n" for piece, place in _opened(delivery))


def uses() -> Counter[str]:
    """Return how many kept files each key opens."""
    keys = Counter(_key_of(file) for file in (Path(settings.HOME) / "feeds").glob("*/*"))
    del keys[""]
    return keys


def _key_of(file: Path) -> str:
    """Return the key that a kept file needs; empty for what is not sealed."""
    with file.open(encoding="latin-1") as kept:
        try:
            return sealing.key_of(kept.read(80))
        except sealing.Broken:
            return ""


def _opened(delivery: Delivery) -> Iterator[tuple[str, sealing.Place]]:
    """Yield the pieces of a kept file, each with the place it was sealed for."""
    with (_folder(delivery.programme.key) / delivery.kept).open(encoding="latin-1") as kept:
        line = kept.readline()
        for number in count():
            following = kept.readline()
            place = _place(delivery, number, not following)
            yield sealing.unseal(line.rstrip("\n"), place), place
            if not following:
                return
            line = following


def _place(delivery: Delivery, number: int, is_last: bool) -> sealing.Place:
    field = f"kept {number}{' last' if is_last else ''}"
    return sealing.Place(delivery.programme_id, "feeds_delivery", str(delivery.public_id), field)


def _folder(programme_key: str) -> Path:
    return Path(settings.HOME) / "feeds" / programme_key


def _made(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
