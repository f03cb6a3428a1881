"""What is on file about a contact that answers questions of a scorecard, with the evidence in words.

A file proves that something was done. That it was not, it proves only of touch points and of promises that are
settled; of all else a person judges.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from rapport.channels.chat.queries import messages_of
from rapport.customers.promises.queries import made_on
from rapport.customers.queries import fields_changed
from rapport.guides.queries import standing_of

if TYPE_CHECKING:
    from rapport.contacts.models import Contact

THANKS = re.compile(r"\bthank(s|ed|ing)?\b|\bappreciate\b", re.IGNORECASE)
AFTERWARDS = timedelta(hours=1)
"""So long after a contact was closed a change of the file still counts as made for it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is on file: yes (1) or no (0), and what shows it."""

    value: int
    evidence: str


def facts_about(contact: Contact) -> dict[str, Fact]:
    """Return what is on file about a contact, by the fact's key; what is not known is not in it."""
    found = {
        "touch_points": _touch_points(contact),
        "thanked": _thanked(contact),
        "file_updated": _file_updated(contact),
        **_promises(contact),
    }
    return {key: fact for key, fact in found.items() if fact is not None}


def touch_points(done: int, of: int) -> Fact | None:
    """Return what the guide's ``of`` required touch points, of which so many were covered, say."""
    return Fact(int(done >= of), f"{done} of {of} touch points covered") if of else None


def thanked(said: Sequence[str]) -> Fact | None:
    """Return what the rep's messages, in order, say."""
    number = next((n for n, text in enumerate(said, start=1) if THANKS.search(text)), None)
    return Fact(1, f"in message {number} of the rep's {len(said)}") if number else None


def _touch_points(contact: Contact) -> Fact | None:
    standing = standing_of([contact]).get(contact.pk)
    return touch_points(standing.coverage.covered, standing.coverage.required) if standing else None


def _thanked(contact: Contact) -> Fact | None:
    said = messages_of(contact) if contact.channel == "chat" else []
    return thanked([one.text for one in said if one.author == "rep"])


def _file_updated(contact: Contact) -> Fact | None:
    if contact.customer is None or contact.answered_at is None or contact.rep_id is None:
        return None
    until = (contact.closed_at or contact.answered_at) + AFTERWARDS
    by = f"member:{contact.rep_id}"
    fields = fields_changed(contact.customer, by=by, since=contact.answered_at, until=until)
    return Fact(1, f"{len(fields)} of its fields changed") if fields else None


def _promises(contact: Contact) -> dict[str, Fact | None]:
    made = [one for one in made_on(contact.pk) if one.state != "withdrawn"]
    settled = [one for one in made if one.state != "open"]
    kept = sum(one.state == "kept" for one in settled)
    return {
        "promise_made": Fact(1, f"{len(made)} on file") if made else None,
        "promises_kept": Fact(int(kept == len(settled)), f"{kept} of {len(settled)} kept") if settled else None,
    }
