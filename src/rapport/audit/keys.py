"""The key that signs digests: a file in RAPPORT_HOME/keys, outside the database, for its owner only."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

NAME, NEXT = "digest_key", "digest_key.next"


def folder() -> Path:
    """Return the folder of the installation's keys."""
    return Path(settings.HOME) / "keys"


def signing_key() -> Ed25519PrivateKey:
    """Return the key that signs now, made on first use."""
    path = folder() / NAME
    if not path.exists():
        _write(path)
    return _read(path)


def next_key() -> Ed25519PrivateKey | None:
    """Return the key that will sign after the next digest has named it, if one was made."""
    path = folder() / NEXT
    return _read(path) if path.exists() else None


def make_next() -> Ed25519PrivateKey:
    """Make the key that follows; of two at once the first one wins."""
    path = folder() / NEXT
    if not path.exists():
        _write(path)
    return _read(path)


def change_over() -> None:
    """Sign with the next key from now on, if one was made. The old one is not needed for checking and goes."""
    if next_key() is not None:
        (folder() / NEXT).replace(folder() / NAME)


def _read(path: Path) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))


def _write(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n")
        if not path.exists():
            os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
