"""How much one customer, and one network address, may do at once; counted in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.channels.chat.queries import open_from
from rapport.kit import limits
from rapport.kit.limits import TooMany
from rapport.kit.network import counted_address
from rapport.routing.call_backs import own_number

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

OPEN_PER_EMAIL = 3
BEGUN_PER_ADDRESS = 30
WINDOW_SECONDS = 600
MESSAGES_PER_MINUTE = 30
MOVES_PER_MINUTE = 60
TYPING_PER_MINUTE = 60
CALLS_PER_NUMBER = 3  # a day: nobody has us ring another person's telephone all day
CALLS_PER_ADDRESS = 10  # a day, from one network
CLAIMS_PER_ADDRESS = 20  # an hour, to be somebody, by their e-mail address and number
DAY_SECONDS = 24 * 3600


def check(request: HttpRequest, programme: Programme, email: str) -> None:
    """Refuse one more conversation of an e-mail address, or from a network address, with too many already.

    Says the same whether or not the e-mail address is on file. An e-mail address is counted together with the
    network it is used from, so that nobody can keep another person out by using theirs.
    """
    address = counted_address(request)
    used_here = limits.count(
        f"portal-email:{programme.pk}:{email.lower()}:{address}", OPEN_PER_EMAIL, WINDOW_SECONDS
    )
    if not used_here.allowed and open_from(programme, email) >= OPEN_PER_EMAIL:
        raise TooMany(
            f"There are already {OPEN_PER_EMAIL} open conversations with this e-mail address. "
            "Please go on with one of them, or try again when it has ended."
        )
    check_begun(request, programme)


def check_begun(request: HttpRequest, programme: Programme) -> None:
    """Refuse one more beginning, of a conversation or alone, from a network address with too many already."""
    limits.require(
        f"portal:{programme.pk}:{counted_address(request)}",
        BEGUN_PER_ADDRESS,
        WINDOW_SECONDS,
        "Too many conversations were begun from your network. Please try again in ten minutes.",
    )


def check_move(contact: Contact) -> None:
    """Refuse moves through a guide that come faster than a person can make them."""
    limits.require(
        f"portal-alone:{contact.pk}",
        MOVES_PER_MINUTE,
        60,
        "That were many steps in one minute. Please wait a moment, then go on. Nothing is lost.",
    )


def check_message(contact: Contact) -> None:
    """Refuse messages that come faster than a person can write them."""
    limits.require(
        f"portal-say:{contact.pk}",
        MESSAGES_PER_MINUTE,
        60,
        "That were many messages in one minute. Please wait a moment, then send it again.",
    )


def check_number(request: HttpRequest, programme: Programme, phone: str) -> None:
    """Refuse one more call-back to a telephone number, or from a network address, that asked for many today."""
    words = "Too many call-backs were asked for today. Please write to us instead, or try again tomorrow."
    address, number = counted_address(request), own_number(phone)
    limits.require(f"portal-call:{programme.pk}:{address}", CALLS_PER_ADDRESS, DAY_SECONDS, words)
    limits.require(f"portal-number:{programme.pk}:{number}", CALLS_PER_NUMBER, DAY_SECONDS, words)


def check_claim(request: HttpRequest, programme: Programme) -> None:
    """Refuse one more try, from a network address, to be found by an e-mail address and a number."""
    limits.require(
        f"portal-claim:{programme.pk}:{counted_address(request)}",
        CLAIMS_PER_ADDRESS,
        3600,
        "Too many tries from your network. Please write to us in a chat, or try again in an hour.",
    )


def may_tell_typing(contact: Contact) -> bool:
    """Say whether the rep shall be told once more that the customer is typing."""
    return limits.count_ahead(f"portal-typing:{contact.pk}", TYPING_PER_MINUTE, 60).allowed
