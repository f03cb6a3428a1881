"""DATABASE_URL in, Django's database settings out."""

import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from rapport.kit.env import SettingError

SCHEMES = ("postgresql", "postgres")
ROLE = "rapport_app"  # what our processes connect as on the embedded server
OWNER = "rapport"  # whose its tables are
EXAMPLE = "postgresql://user:password@host:5432/name"
PLACES = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}


def parse(url: str, name: str = "DATABASE_URL") -> dict[str, Any]:
    """Return Django's settings for ``url``; after ``?`` may follow host (a socket's folder) or libpq options.

    Raises SettingError where it is not the address of a PostgreSQL database.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingError(f"{name} cannot be read ({error}); it must look like {EXAMPLE}.") from None
    if parts.scheme not in SCHEMES:
        raise SettingError(f"{name} must look like {EXAMPLE}; Rapport works on PostgreSQL only.")
    found: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": {},
    }
    for option, value in parse_qsl(parts.query):
        if option in PLACES:
            found[PLACES[option]] = value
        else:
            found["OPTIONS"][option] = value
    if not found["NAME"]:
        raise SettingError(f"{name} names no database; it must look like {EXAMPLE}.")
    return found


def embedded(home: Path, *, role: str = ROLE) -> str:
    """Return the address of the embedded server of the installation in ``home``, running or not."""
    return f"postgresql://{role}@/rapport?host={quote(str(socket_folder(home)), safe='')}"


def owner(url: str, home: Path) -> str:
    """Return the address of the owner of the database at ``url`` where that is the embedded one, else nothing."""
    return embedded(home, role=OWNER) if url == embedded(home) else ""


def socket_folder(home: Path) -> Path:
    """Return the folder of the embedded server's socket: short, since a socket's path may have 107 bytes."""
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path("/tmp") / f"rapport-{mark}"  # noqa: S108 - made and checked by rapport.runtime.database
