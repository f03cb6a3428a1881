"""What `rapport library` does with a programme's library."""

from __future__ import annotations

from rapport.accounts.doors import commanding
from rapport.guides.library import actions, queries
from rapport.guides.library.reading import as_csv, as_toml, read_library


def check(programme_key: str, text: str) -> str:
    """Read a file with the programme's names; return what to say."""
    with commanding(programme_key) as programme:
        count = sum(1 for _ in read_library(text, queries.known_names(programme)).entries())
    return f"The file has {count} entries and no faults, and {programme_key} has every name in it."


def take(programme_key: str, text: str, *, note: str) -> str:
    """Put what a file says on file as drafts; return what to say."""
    with commanding(programme_key) as programme:
        library = read_library(text, queries.known_names(programme))
        taken = actions.save_library(programme=programme, library=library, note=note)
    told = f"{taken.new} new, {taken.changed} changed, {taken.same} as they were."
    return f"{told} Drafts are handed in and approved in the studio."


def export(programme_key: str, *, is_table: bool, only_live: bool) -> str:
    """Return the programme's library as a file."""
    with commanding(programme_key) as programme:
        told = queries.library_of(programme, only_live=only_live)
        return as_csv(told) if is_table else as_toml(told)
