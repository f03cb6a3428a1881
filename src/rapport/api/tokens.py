"""How a machine says who it is: a token in the Authorization header, or in the address where a telephone
system can set nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.accounts.access import access_token
from rapport.kit.errors import DomainError

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rapport.accounts.models import Programme
    from rapport.accounts.roles import Right


class NoToken(DomainError):
    """The caller did not say who it is."""

    status = 401
    code = "no_token"


def programme_for(request: HttpRequest, key: str, right: Right, *, in_address: bool = False) -> Programme:
    """Return the programme, if the request's token is for it and grants the right."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        secret = request.GET.get("token", "") if in_address else ""
    if not secret:
        raise NoToken("Send the programme's token as: Authorization: Bearer <token>.")
    return access_token(secret.strip(), key, right).programme
