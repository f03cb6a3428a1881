"""How many requests one person, or one network address, may send: the site's own default for every page."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from rapport.config import refusals
from rapport.kit import limits
from rapport.kit.network import counted_address

SECONDS = 60
FREE = ("/healthz",)  # asks nobody else
SLOWER = "Too many requests came from you within a minute. Wait a little, then go on."


class Limited:
    """Refuse requests beyond the limit with 429, before anything is done for them.

    Who is signed in is counted as a person, so that a whole floor behind one network address can work; everyone
    else, and every wrong or missing token, by network address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Count the request, and pass it on where it is within the limit."""
        if request.path in FREE:
            return self.get_response(request)
        try:
            found = _counted(request)
        except DatabaseError:  # the page itself says that the database is away
            return self.get_response(request)
        if found is not None and not found.allowed:
            return refusals.of(request, limits.TooMany(SLOWER, found.again_in))
        return self.get_response(request)


def _counted(request: HttpRequest) -> limits.Count | None:
    has_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
    if has_cookie and request.user.is_authenticated:
        key, most = f"person:{request.user.pk}", settings.REQUESTS_PER_PERSON
    else:
        key, most = f"address:{counted_address(request)}", settings.REQUESTS_PER_ADDRESS
    return limits.count_ahead(key, most, SECONDS) if most else None
