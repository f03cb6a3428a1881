"""The only gates to programmes; absent and forbidden look the same to who is not a member."""

import hashlib

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from rapport.accounts.models import ApiToken, Member, Programme, User
from rapport.accounts.roles import Right
from rapport.kit.errors import Forbidden, NotFound


def access_member(user: User | AnonymousUser, programme_key: str, right: Right) -> Member:
    """Return the person's place on the programme, if their role grants ``right``.

    Raises NotFound for who has no place there (the programme's existence is not told), Forbidden for a
    member without the right.
    """
    if not isinstance(user, User):
        raise NotFound
    member = (
        Member.objects.select_related("programme", "user")
        .filter(user=user, programme__key=programme_key, is_active=True)
        .first()
    )
    if member is None:
        raise NotFound
    if not member.may(right):
        raise Forbidden("Your role on this programme does not include this. Ask its supervisor.")
    return member


def access_token(secret: str, programme_key: str, right: Right) -> ApiToken:
    """Return the token with this secret for the programme, if it grants ``right``."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    token = (
        ApiToken.objects.select_related("programme").filter(digest=digest, programme__key=programme_key).first()
    )
    if token is None or token.revoked_at is not None:
        raise NotFound
    if not token.may(right):
        raise Forbidden("This token does not grant this.")
    return token


def public_programme(key: str) -> Programme:
    """Return the programme a customer named in the address of its page."""
    programme = Programme.objects.filter(key=key).first()
    if programme is None:
        raise NotFound("There is no such page. Please check the address you were given.")
    return programme


def access_installation(user: User | AnonymousUser | AbstractBaseUser) -> User:
    """Return the person, if they run the installation; to everyone else its page does not exist."""
    if not isinstance(user, User) or not user.runs_installation:
        raise NotFound
    return user
