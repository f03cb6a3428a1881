"""How much one customer may open at once. Counted in this process's memory: a brake, not a wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache

from rapport.channels.chat.queries import open_from
from rapport.kit.errors import DomainError

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rapport.accounts.models import Programme

OPEN_PER_EMAIL = 3
BEGUN_PER_ADDRESS = 30
WINDOW_SECONDS = 600


class TooMany(DomainError):
    """Too much came from one place."""

    status = 429
    code = "too_many"


def check(request: HttpRequest, programme: Programme, email: str) -> None:
    """Refuse one more conversation of an e-mail address, or from a network address, with too many already.

    Says the same whether or not the e-mail address is on file.
    """
    if open_from(programme, email) >= OPEN_PER_EMAIL:
        raise TooMany(
            f"There are already {OPEN_PER_EMAIL} open conversations with this e-mail address. "
            "Please go on with one of them, or try again when it has ended."
        )
    if _count(f"portal:{programme.pk}:{network_address(request)}") > BEGUN_PER_ADDRESS:
        raise TooMany("Too many conversations were begun from your network. Please try again in ten minutes.")


def network_address(request: HttpRequest) -> str:
    """Return the address the request came from; behind our own proxy, the one it reports."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.TLS else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def _count(key: str) -> int:
    if cache.add(key, 1, WINDOW_SECONDS):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # the window ended between the two
        cache.set(key, 1, WINDOW_SECONDS)
        return 1
