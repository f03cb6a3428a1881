"""How a person comes to a door: what of their clearance depends on this request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps

from rapport.accounts.clearance import Arrival
from rapport.kit.network import client_address

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rapport.accounts.models import Programme, User

VOUCHED = "second_factor_vouched_by"
"""In a session: the partner's identity provider whose word for a second factor is taken, set at sign-in by it."""

PARTNER = "vouched_for_partner"
"""In a session: the partner whose identity provider let the person in; it opens that partner's programmes only."""


def arrival_of(request: HttpRequest, user: User, programme: Programme) -> Arrival:
    """Return how the person of this request arrives; a second factor is looked up only where it is asked for."""
    is_asked = programme.requires_second_factor
    return Arrival(
        address=client_address(request),
        has_second_factor=is_asked and (bool(request.session.get(VOUCHED)) or has_second_factor(user)),
    )


def has_second_factor(user: User) -> bool:
    """Say whether the person has set up a second factor, which sign-in then asks for."""
    if not apps.is_installed("allauth.mfa"):
        return False
    from allauth.mfa.utils import is_mfa_enabled  # its models can be imported where it is installed only

    return bool(is_mfa_enabled(user))
