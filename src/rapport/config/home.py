"""Where this installation keeps its state: the folder RAPPORT_HOME, and the keys in it.

Light on purpose (no Django): the command line asks it before anything else is loaded.
"""

import contextlib
import os
import secrets
from pathlib import Path

from rapport.kit import env

PROJECT = Path(__file__).resolve().parents[3]


def home() -> Path:
    """Return the folder of this installation's state (RAPPORT_HOME, default ``var/`` in the project)."""
    return env.folder("RAPPORT_HOME", PROJECT / "var")


def port() -> int:
    """Return the port of the pages (RAPPORT_PORT, default 8000); the streams are on the next one."""
    return env.whole("RAPPORT_PORT", 8000, lowest=1, highest=65534)


def bind() -> str:
    """Return the address to listen on (RAPPORT_BIND); only this machine by default."""
    return env.text("RAPPORT_BIND", "127.0.0.1")


def nearby(port_number: int) -> str:
    """Return the address at which a process on this machine reaches another of ours."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind(), bind())  # noqa: S104 - compared, not bound
    return f"http://{f'[{name}]' if ':' in name else name}:{port_number}"


def key(name: str) -> str:
    """Return the secret ``name`` from ``keys/`` in the home, made on first use for its owner only."""
    keys = home() / "keys"
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = keys / name
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    """Put ``text`` at ``path`` whole or not at all; of two at once the first one wins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
