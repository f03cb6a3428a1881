"""What the pages of coaching are sent: read strictly, refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


def read_number(sent: Mapping[str, str], name: str, what: str) -> int:
    """Return a whole number of at most three digits."""
    told = sent.get(name, "").strip()
    if not (told.isascii() and told.isdecimal() and len(told) <= 3):
        raise Invalid(f"Write the {what} as a whole number.")
    return int(told)


def read_time(sent: Mapping[str, str]) -> time:
    """Return a time of day to the minute."""
    try:
        return time.fromisoformat(sent.get("at", "")).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Invalid("Write the time as 09:30.") from None


def read_day(sent: Mapping[str, str], name: str) -> date:
    """Return a day."""
    try:
        return date.fromisoformat(sent.get(name, ""))
    except ValueError:
        raise Invalid("Choose a day.") from None


def read_when(sent: Mapping[str, str], programme: Programme) -> datetime:
    """Return a day and a time of the programme's clock as an instant."""
    return datetime.combine(read_day(sent, "on"), read_time(sent), programme.zone)


def read_contact(sent: Mapping[str, str]) -> UUID:
    """Return the contact chosen."""
    try:
        return UUID(sent.get("contact", ""))
    except ValueError:
        raise Invalid("Choose a contact.") from None
