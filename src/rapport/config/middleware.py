"""What every request and response passes through, beyond Django's own."""

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from django.core.exceptions import DisallowedHost
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from psycopg.errors import UniqueViolation

from rapport.audit.doors import remember_refusal
from rapport.config import refusals
from rapport.kit import pages, redaction
from rapport.kit.errors import DomainError
from rapport.live.tickets import live_url

Handler = Callable[[HttpRequest], HttpResponse]


def headers(get_response: Handler) -> Handler:
    """Let pages connect to the streams, and take from them what they never use."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        try:
            origin = urlsplit(live_url(request))
        except DisallowedHost:
            return response
        updates = getattr(response, "_csp_update", None) or {}
        response._csp_update = {**updates, "connect-src": [f"{origin.scheme}://{origin.netloc}"]}  # type: ignore[attr-defined] # django-csp's own door
        return response

    return handle


def hidden_numbers(get_response: Handler) -> Handler:
    """Tell who wrote a card number or the like that it was hidden."""

    def handle(request: HttpRequest) -> HttpResponse:
        with redaction.noticing() as kinds:
            response = get_response(request)
        words = redaction.told(kinds)
        if words:
            before = unquote(response.headers.get("Rapport-Announce", ""))
            pages.announce(response, f"{before} {words}".strip())
        return response

    return handle


class Refusals:
    """Turn what a person can act on, and a database that is away, into a page, a fragment or JSON."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; an address that only takes forms says so to who opens it."""
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            told = refusals.answer(request, status=405, code="method_not_allowed", message="")
            told.headers["Allow"] = response.headers["Allow"]
            return told
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for an error a person can act on; leave others to Django."""
        if isinstance(error, DomainError):
            remember_refusal(request, error)
            return refusals.of(request, error)
        if isinstance(error, OperationalError | InterfaceError):
            return refusals.database_away(request, error)
        if isinstance(error, IntegrityError) and isinstance(error.__cause__, UniqueViolation):
            return refusals.there_already(request, error)
        if isinstance(error, DataError) and "NUL" in str(error):
            return refusals.not_storable(request)
        return None
