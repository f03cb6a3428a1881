"""What a customer's page shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapport.channels.chat.queries import lines_since
from rapport.contacts.queries import was_handed_on
from rapport.customers.promises.queries import open_promises_of
from rapport.kit import clock
from rapport.kit.hours import moment_in_words
from rapport.routing.call_back_queries import booked_about, call_back_of, may_be_called_back
from rapport.routing.estimates import told_place
from rapport.routing.opening import closed_words
from rapport.routing.queries import hours_of, queue_of

if TYPE_CHECKING:
    from datetime import datetime

    from rapport.channels.chat.models import Message
    from rapport.contacts.models import Contact
    from rapport.customers.models import Customer, Promise
    from rapport.routing.models import CallBack

OPEN = ("arrived", "waiting", "active")


@dataclass(frozen=True, slots=True)
class Talk:
    """A contact as its customer sees it; ``phase`` is booked (for a call), waiting, active, over, left or served.

    ``shut``: what to tell who waits in a queue that has closed.
    """

    contact: Contact
    phase: str
    messages: list[Message]
    position: int | None = None
    wait: str = ""
    rep: str = ""
    was_lost: bool = False
    tells_position: bool = True
    tells_wait: bool = True
    message: str = ""
    call_back: CallBack | None = None
    shut: str = ""
    may_be_called: bool = False

    @property
    def title(self) -> str:
        """What the page is called meanwhile."""
        return {"active": "Chat", "booked": "We will call you"}.get(self.phase, "In line")


def is_open(contact: Contact) -> bool:
    """Say whether the customer can still write in this contact."""
    return contact.state in OPEN


def talk_of(contact: Contact, *, shown: int = 0) -> Talk:
    """Return the contact as its customer sees it, with the lines a page lacks that shows those to ``shown``."""
    messages, _ = lines_since(contact, shown)
    if contact.state == "active":
        return Talk(contact, "active", messages, rep=first_name(contact))
    if contact.state == "served":
        return Talk(contact, "served", messages)
    if contact.state not in OPEN:
        return Talk(
            contact, "left" if contact.answered_at is None else _end_of(contact), messages, rep=first_name(contact)
        )
    if contact.state == "arrived":
        one = booked_about(contact)
        return Talk(contact, "booked", messages, call_back=one, wait=_moment(contact, one.due_at) if one else "")
    place = told_place(contact)
    return Talk(
        contact,
        "waiting",
        messages,
        position=place.position,
        wait=wait_in_words(place.wait_seconds, place.low_seconds, place.high_seconds),
        tells_position=place.told.tells_position,
        tells_wait=place.told.tells_estimate,
        message=place.told.message,
        was_lost=contact.answered_at is not None and not was_handed_on(contact),
        call_back=call_back_of(contact),
        may_be_called=may_be_called_back(contact),
        shut=closed_words(contact.programme, contact.queue),
    )


def _moment(contact: Contact, at: datetime) -> str:
    hours = hours_of(contact.programme, queue_of(contact))
    return moment_in_words(at, clock.now(), hours.zone if hours else contact.programme.zone)


def _end_of(contact: Contact) -> str:
    return "over" if contact.state in ("wrap_up", "closed") else "left"


def first_name(contact: Contact) -> str:
    """Return what the customer may call the rep."""
    words = contact.rep.name.split() if contact.rep else []
    return words[0] if words else ""


def wait_in_words(seconds: float | None, low: float | None = None, high: float | None = None) -> str:
    """Write an estimated wait as a person would say it, with its range if known; empty where it is not known."""
    if seconds is None:
        return ""
    minutes = math.ceil(seconds / 60)
    if minutes > 60:
        return "more than an hour"
    words = "less than a minute" if minutes <= 1 else f"about {minutes} minutes"
    if low is None or high is None:
        return words
    least, most = math.floor(low / 60), math.ceil(high / 60)
    if most <= minutes or (most > 60 and least <= 1):
        return words  # no range worth telling
    if least < 1:
        return f"{words} ({most} at most)"
    return f"{words} ({least} to {most})"


def promises_of(contact: Contact, known: Customer | None) -> list[Promise]:
    """Return what was promised in this very contact; all that is to be kept to who has shown to be its customer.

    Whom no more than a cookie names is shown no older ones: another may sit at the browser by now.
    """
    if contact.customer is None:
        return []
    found = open_promises_of(contact.customer)
    return found if known == contact.customer else [one for one in found if one.contact_id == contact.pk]
