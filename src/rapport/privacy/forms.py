"""What the pages and the API send, read into something we can rely on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from rapport.kit.errors import Invalid


def read_day(raw: str) -> date | None:
    """Return a day; None where there is none."""
    if not raw.strip():
        return None
    try:
        return date.fromisoformat(raw.strip())
    except ValueError:
        raise Invalid("A day is written as 2026-11-21.") from None


def read_months(sent: Mapping[str, str], kinds: Mapping[str, object]) -> dict[str, int]:
    """Return the months of each kind of data that was sent; empty is 0, until erasure."""
    found = {}
    for kind in kinds:
        if kind in sent:
            raw = sent[kind].strip() or "0"
            if not (raw.isascii() and raw.isdigit() and len(raw) <= 4):
                raise Invalid("Months are a whole number; leave it empty to keep data until it is erased.")
            found[kind] = int(raw)
    return found
