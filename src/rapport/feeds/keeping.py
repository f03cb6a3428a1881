"""Where a delivery that broke its contract is kept: a file that only we can read, bounded in all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from django.conf import settings

MOST_BYTES = 5 * 1024**3  # of one programme


def keep(source: Path, programme_key: str, name: str) -> str:
    """Copy a file to the quarantine of its programme; return its name there, empty where there is no room."""
    folder = _folder(programme_key)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = sum(each.stat().st_size for each in folder.iterdir() if each.is_file())
    if there + source.stat().st_size > MOST_BYTES:
        return ""
    with source.open("rb") as file, os.fdopen(_made(folder / name), "wb") as copy:
        shutil.copyfileobj(file, copy)
    return name


def fetch(programme_key: str, name: str, to: Path) -> None:
    """Write a kept file to ``to``, which must not exist yet, for its owner only."""
    with (_folder(programme_key) / name).open("rb") as file, os.fdopen(_made(to), "wb") as copy:
        shutil.copyfileobj(file, copy)


def forget(programme_key: str, name: str) -> None:
    """Remove a kept file; gone already is as good."""
    (_folder(programme_key) / name).unlink(missing_ok=True)


def _folder(programme_key: str) -> Path:
    return Path(settings.HOME) / "feeds" / programme_key


def _made(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
