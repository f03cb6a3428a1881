"""Settings from the environment, read through typed helpers that fail with a clear sentence."""

import ipaddress
import os
from pathlib import Path


class SettingError(Exception):
    """A setting in the environment cannot be used; the message says what would be accepted."""


def text(name: str, default: str = "") -> str:
    """Return the setting as text; an empty one counts as absent."""
    return os.environ.get(name, "").strip() or default


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated setting as a list, without empty parts."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str, default: str = "") -> list[str]:
    """Return a comma-separated setting as network addresses ("10.1.0.0/16", or one address)."""
    found = words(name, default)
    for each in found:
        try:
            ipaddress.ip_network(each, strict=False)
        except ValueError:
            raise SettingError(f"{name}: {each!r} must be an address or a network, such as 10.1.0.0/16.") from None
    return found


def choice(name: str, default: str, accepted: tuple[str, ...]) -> str:
    """Return the setting if it is one of ``accepted``."""
    value = text(name, default)
    if value not in accepted:
        raise SettingError(f"{name}={value!r} must be one of: {', '.join(accepted)}.")
    return value


def folder(name: str, default: Path) -> Path:
    """Return the setting as an absolute path of a folder, which need not exist yet."""
    raw = text(name)
    path = Path(raw).expanduser().absolute() if raw else default.absolute()
    if path.exists() and not path.is_dir():
        raise SettingError(f"{name}={raw!r} is a file; it must be a folder, or a path where one can be made.")
    return path


def file(name: str, default: Path) -> Path:
    """Return the setting as an absolute path of a file, which need not exist yet."""
    raw = text(name)
    path = Path(raw).expanduser().absolute() if raw else default.absolute()
    if path.is_dir():
        raise SettingError(f"{name}={raw!r} is a folder; it must be a file, or a path where one can be made.")
    return path


def whole(name: str, default: int, *, lowest: int = 0, highest: int = 2**31) -> int:
    """Return the setting as a whole number between ``lowest`` and ``highest``."""
    raw = text(name)
    if not raw:
        return default
    if not (raw.isascii() and raw.isdecimal()) or not lowest <= int(raw) <= highest:
        raise SettingError(f"{name}={raw!r} must be a whole number from {lowest} to {highest}.")
    return int(raw)


def yes(name: str, default: bool = False) -> bool:
    """Return the setting as true or false (yes/no, true/false, on/off, 1/0)."""
    raw = text(name).lower()
    if not raw:
        return default
    if raw in ("1", "true", "yes", "on"):
        return True
    if raw in ("0", "false", "no", "off"):
        return False
    raise SettingError(f"{name}={raw!r} must be yes or no.")
