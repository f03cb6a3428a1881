"""Insertions in words: ``{customer.first_name}``, or ``{customer.first_name|there}`` where it may not be known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

INSERTION = re.compile(r"\{([a-z0-9_.\-]+)(?:\|([^{}]*))?\}")
SPACED = re.compile(f" ?{INSERTION.pattern}")
NOT_KNOWN = "…"


def names_in(words: str) -> list[str]:
    """Return the names that the words insert."""
    return [found[1] for found in INSERTION.finditer(words)]


def has_stray_brace(words: str) -> bool:
    """Say whether a brace is left that begins or ends no insertion."""
    rest = INSERTION.sub("", words)
    return "{" in rest or "}" in rest


def fill(words: str, facts: Mapping[str, Any]) -> str:
    """Return the words with every insertion filled in; what is not known is its stand-in, or three dots.

    An empty stand-in takes the space before it along where no word follows: "Good day {customer.first_name|},".
    """

    def placed(found: re.Match[str]) -> str:
        inserted, space = told(found), " " if found[0].startswith(" ") else ""
        is_last = words[found.end() : found.end() + 1] in " ,.;:!?"
        return inserted if not inserted and is_last else space + inserted

    def told(found: re.Match[str]) -> str:
        value = facts.get(found[1])
        if value is None or value in ("", []):
            return found[2] if found[2] is not None else NOT_KNOWN
        if isinstance(value, bool):
            return "yes" if value else "no"
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

    return SPACED.sub(placed, words)
