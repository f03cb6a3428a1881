"""Settings from the environment, read through typed helpers that fail with a clear sentence."""

import os


class SettingError(Exception):
    """A setting in the environment cannot be used; the message says what would be accepted."""


def text(name: str, default: str = "") -> str:
    """Return the setting as text."""
    return os.environ.get(name, default)


def whole(name: str, default: int, *, lowest: int = 0, highest: int = 2**31) -> int:
    """Return the setting as a whole number between ``lowest`` and ``highest``."""
    raw = os.environ.get(name, "")
    if not raw:
        return default
    if not raw.isdecimal() or not lowest <= int(raw) <= highest:
        raise SettingError(f"{name}={raw!r} must be a whole number from {lowest} to {highest}.")
    return int(raw)


def yes(name: str, default: bool = False) -> bool:
    """Return the setting as true or false (yes/no, true/false, 1/0)."""
    raw = os.environ.get(name, "").lower()
    if not raw:
        return default
    if raw in ("1", "true", "yes", "on"):
        return True
    if raw in ("0", "false", "no", "off"):
        return False
    raise SettingError(f"{name}={raw!r} must be yes or no.")
