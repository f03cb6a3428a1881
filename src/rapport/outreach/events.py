"""What this module announces. Who is on a list is in its rows; the log has counts."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class ListSaved:
    """A list's criteria were saved as a version; the subject is the list."""

    name: ClassVar[str] = "list.saved"
    version: int


@dataclass(frozen=True)
class ListRefreshed:
    """Who is on a list was looked up anew; the subject is the list. ``kept_off``: suppressed."""

    name: ClassVar[str] = "list.refreshed"
    version: int
    fit: int
    members: int
    came: int
    went: int
    kept_off: int


@dataclass(frozen=True)
class ListRetired:
    """A list is refreshed no more, and nobody is on it; the subject is the list."""

    name: ClassVar[str] = "list.retired"
