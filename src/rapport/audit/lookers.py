"""Who looks, and from where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapport.kit.network import client_address

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rapport.accounts.models import ApiToken, Member, Programme


@dataclass(frozen=True, slots=True)
class Looker:
    """Somebody, or a program, who sees something of a programme; ``actor`` as events name them."""

    programme: Programme
    actor: str
    address: str = ""


def person(request: HttpRequest, member: Member) -> Looker:
    """Return the member who sent the request."""
    return Looker(member.programme, f"member:{member.pk}", client_address(request))


def program(request: HttpRequest, token: ApiToken) -> Looker:
    """Return the program whose token came with the request."""
    return Looker(token.programme, f"token:{token.public_id}", client_address(request))


def command(programme: Programme) -> Looker:
    """Return whoever runs a command on the machine."""
    return Looker(programme, "command")
