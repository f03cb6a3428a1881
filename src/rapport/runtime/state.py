"""What runs, written down by the supervisor for `rapport status` and for whoever takes over after it."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from rapport.runtime import owner, processes


@dataclass(slots=True)
class Running:
    """One process: ``state`` is starting, running, waiting (to be started again) or stopped."""

    name: str
    pid: int = 0
    began: float = 0.0  # epoch seconds, as the kernel says
    restarts: int = 0
    state: str = "starting"
    last_end: str = ""


@dataclass(slots=True)
class State:
    """The whole installation; ``database_url`` is how its processes reach the database."""

    pid: int
    since: float
    address: str
    port: int
    database_url: str
    processes: list[Running] = field(default_factory=list)

    def write(self, home: Path) -> None:
        """Replace the state file, readable by its owner only (the database's address may hold a password)."""
        path = _path(home)
        draft = path.with_name(f"state.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            json.dump(asdict(self), file)
        draft.replace(path)


def _path(home: Path) -> Path:
    return owner.folder(home) / "state.json"


def read(home: Path) -> State | None:
    """Return the last state written, whether its processes still live or not."""
    try:
        raw: dict[str, Any] = json.loads(_path(home).read_text())
        return State(**{**raw, "processes": [Running(**each) for each in raw["processes"]]})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def running(home: Path) -> State | None:
    """Return the state of the `rapport up` that runs now, or None."""
    current = owner.current(home)
    found = read(home)
    return found if current and found and current["pid"] == found.pid else None


def clear_remains(home: Path) -> None:
    """End processes that a killed `rapport up` left behind; the database has its own way (Server)."""
    left = read(home)
    for each in left.processes if left else []:
        if each.name != "database" and processes.is_same(each.pid, each.began):
            processes.kill_group(each.pid)
            processes.wait_until(partial(processes.has_ended, each.pid, each.began), seconds=5)
