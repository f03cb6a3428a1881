"""Who runs an installation: one process at a time, by a lock that the kernel frees when it dies."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from rapport.kit.env import SettingError
from rapport.runtime.processes import wait_until

COMMAND_SECONDS = 15.0  # how long `rapport up` waits for a short command to finish


def folder(home: Path) -> Path:
    """Return the folder for what lives only while processes run, made if missing (and the home with it)."""
    run = home / "run"
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"RAPPORT_HOME={home} cannot be used: {error.strerror}.") from None
    return run


@contextmanager
def owning(home: Path, what: str) -> Iterator[bool]:
    """Own the installation for the block if nobody else does; yields whether we do."""
    with (folder(home) / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "what": what}))
        file.flush()
        try:
            yield True
        finally:
            file.truncate(0)


def current(home: Path) -> dict[str, Any] | None:
    """Return who owns the installation now (pid, what), or None."""
    path = home / "run" / "lock"
    with contextlib.suppress(OSError), path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            with contextlib.suppress(json.JSONDecodeError):
                return dict(json.loads(file.read()))
            return {"pid": 0, "what": "unknown"}
    return None


def wait_for_turn(home: Path) -> None:
    """Wait for a short command that owns the installation; raises SettingError where `rapport up` runs already."""

    def is_free() -> bool:
        owner = current(home)
        if owner and owner["what"] == "up":
            raise SettingError(f"Rapport runs already on {home} (process {owner['pid']}); see `rapport status`.")
        return owner is None

    if not wait_until(is_free, seconds=COMMAND_SECONDS, every=0.2):
        owner = current(home) or {"what": "a command", "pid": "?"}
        raise SettingError(
            f"`rapport {owner['what']}` (process {owner['pid']}) uses {home}; wait until it has finished."
        )


@contextmanager
def guest(home: Path) -> Iterator[IO[str]]:
    """Say for the block that we use the installation's database, so that a command that owns it waits for us."""
    with (folder(home) / "guests").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield file


def let_guests_leave(stay: IO[str]) -> None:
    """Wait until nobody but us uses the database, and let nobody in any more until ``stay`` ends."""
    fcntl.flock(stay, fcntl.LOCK_EX)
