"""Writes of people and programmes."""

import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from rapport.accounts.doors import at_each_place
from rapport.accounts.events import SignedIn, SignedOut
from rapport.accounts.models import ApiToken, Member, Partner, Programme, User
from rapport.accounts.roles import Right, Role
from rapport.events.actions import Happening, announce
from rapport.kit.errors import Invalid


@transaction.atomic
def ensure_programme(*, key: str, name: str = "", partner_name: str = "", **rules: Any) -> tuple[Programme, bool]:
    """Return the programme with this key and whether it had to be made, with ``rules`` as its settings."""
    if not key or not key.replace("-", "").replace("_", "").isalnum() or key != key.lower():
        raise Invalid(f"{key!r} cannot be a programme's key: use lower-case letters, digits and hyphens.")
    partner, _ = Partner.objects.get_or_create(key=key, defaults={"name": partner_name or name or key})
    return Programme.objects.get_or_create(key=key, defaults={"partner": partner, "name": name or key, **rules})


@transaction.atomic
def ensure_member(
    *,
    programme: Programme,
    agent_id: str,
    name: str = "",
    role: Role = Role.REP,
    username: str = "",
    password: str | None = None,
) -> Member:
    """Return the member with this agent id, made with a person of their own where missing.

    Usernames are one name space for the installation, so the default is ``<programme>.<agent id>``.
    """
    found = Member.objects.filter(programme=programme, agent_id=agent_id).select_related("user").first()
    if found:
        return found
    username = username or f"{programme.key}.{agent_id}"
    user = User.objects.filter(username=username).first() or User.objects.create_user(
        username, name=name or agent_id, password=password
    )
    member, _ = Member.objects.get_or_create(
        programme=programme, user=user, defaults={"agent_id": agent_id, "role": role.value}
    )
    return member


def ensure_installation_administrator(*, username: str, password: str) -> User:
    """Return the person who runs the machine and sees no customer."""
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username, name="Administrator", password=password)
    if not user.runs_installation:
        user.runs_installation = True
        user.save(update_fields=["runs_installation"])
    return user


def issue_token(*, programme: Programme, name: str, rights: Iterable[Right]) -> str:
    """Make a token and return its secret, which is not kept and cannot be shown again."""
    secret = "rpt_" + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        programme=programme,
        name=name,
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        rights=[right.value for right in rights],
    )
    return secret


def revoke_token(token: ApiToken) -> None:
    """End a token at once."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())


def note_signed_in(user: User, *, how: str) -> None:
    """Record on each of the person's programmes that they came, and by which ways."""
    tell_places(user, SignedIn(how=how))


def note_signed_out(user: User) -> None:
    """Record on each of the person's programmes that they went."""
    tell_places(user, SignedOut())


@transaction.atomic
def tell_places(user: User, happening: Happening, *, actor: str = "") -> None:
    """Record what happened to a person on each of their programmes; they did it unless ``actor`` says who."""

    def tell(place: Member) -> None:
        by = actor or f"member:{place.pk}"
        announce(happening, programme=place.programme, subject=user.public_id, actor=by)

    at_each_place(user, tell)
