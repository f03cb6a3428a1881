"""How a person comes to a door: what of their clearance depends on this request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

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


def with_second_factor(user_ids: Iterable[int]) -> set[int]:
    """Return those of the people who have set up a second factor; recovery codes alone are none."""
    from allauth.mfa.models import Authenticator

    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    found = Authenticator.objects.filter(user_id__in=list(user_ids), type__in=kinds)
    return set(found.values_list("user_id", flat=True))


def has_second_factor(user: User) -> bool:
    """Say whether the person has set up a second factor, which sign-in then asks for."""
    return bool(with_second_factor([user.pk]))
