"""How a machine says who it is: a token in the Authorization header, or in the address where a telephone
system can set nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings

from rapport.accounts.access import access_token
from rapport.accounts.doors import entering
from rapport.kit import limits
from rapport.kit.errors import DomainError, NotFound
from rapport.kit.network import counted_address

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rapport.accounts.models import ApiToken, Programme
    from rapport.accounts.roles import Right


WRONG_TOKENS = 50
WRONG_SECONDS = 600
FASTER = "This token was used too often within a minute. Wait as long as Retry-After says, then go on."


class NoToken(DomainError):
    """The caller did not say who it is."""

    status = 401
    code = "no_token"


@contextmanager
def programme_for(
    request: HttpRequest, key: str, right: Right, *, in_address: bool = False
) -> Iterator[Programme]:
    """Enter the programme, if the request's token is for it and grants the right."""
    with token_for(request, key, right, in_address=in_address) as token:
        yield token.programme


@contextmanager
def token_for(request: HttpRequest, key: str, right: Right, *, in_address: bool = False) -> Iterator[ApiToken]:
    """Enter the programme of the request's token, if the token is for it and grants the right."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        secret = request.GET.get("token", "") if in_address else ""
    if not secret:
        raise NoToken("Send the programme's token as: Authorization: Bearer <token>.")
    with entering(key):
        token = _counted(request, secret.strip(), key, right)
        if settings.REQUESTS_PER_TOKEN:
            limits.require_ahead(f"token:{token.pk}", settings.REQUESTS_PER_TOKEN, 60, FASTER)
        yield token


def _counted(request: HttpRequest, secret: str, key: str, right: Right) -> ApiToken:
    """Return the token; after many that are none, an address is not listened to for a while."""
    guesses = f"token-guesses:{counted_address(request)}"
    if not limits.count(guesses, WRONG_TOKENS, WRONG_SECONDS, by=0).allowed:
        raise limits.TooMany("Too many wrong tokens came from your network. Try again in ten minutes.", 600)
    try:
        return access_token(secret, key, right)
    except NotFound:
        limits.take(guesses, WRONG_TOKENS, WRONG_SECONDS)
        raise
