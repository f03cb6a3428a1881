"""The only gates to entries of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.guides.library.models import LibraryEntry
from rapport.kit.errors import NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


def access_entry(programme: Programme, key: str) -> LibraryEntry:
    """Return an entry of the programme's library, for whom a door has let in."""
    rows = LibraryEntry.objects.select_related("programme", "owner__user")
    found = rows.filter(programme=programme, key=key).first()
    if found is None:
        raise NotFound
    return found
