"""The only gates to programmes; absent and forbidden look the same to who is not a member."""

import hashlib
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from rapport.accounts.arrivals import PARTNER, arrival_of
from rapport.accounts.clearance import NotCleared, lapses, until
from rapport.accounts.models import ApiToken, Member, Programme, User
from rapport.accounts.queries import programme_by_id, programme_by_key
from rapport.accounts.roles import PRACTISES_AS, Right, Role
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, NotFound
from rapport.kit.often import Given, Often
from rapport.kit.walls import inside
from rapport.live.tickets import bind

_place = Often(lambda: Member.objects.filter(user=Given("user"), programme=Given("programme"), is_active=True))


def access_member(request: HttpRequest, programme: Programme, *rights: Right, looked_at: float) -> Member:
    """Return the place on the programme of the person who asks, if they are cleared and have one of the rights.

    The programme and the person were read for this request, after ``looked_at`` (epoch seconds): a change that
    comes meanwhile ends the stream.

    Raises NotFound for who has no place there (the programme's existence is not told), NotCleared for a member
    who does not meet the programme's conditions now, Forbidden for a member with none of the rights.
    """
    if not isinstance(request.user, User):
        raise NotFound
    member = _place.first(user=request.user.pk, programme=programme.pk)
    if member is None or request.session.get(PARTNER, programme.partner_id) != programme.partner_id:
        raise NotFound
    member.programme, member.user = programme, request.user
    now = clock.now()
    if programme.is_practice:
        _require_real_place(request, member)
    arrival = arrival_of(request, member.user, programme)
    if lapsed := lapses(member, now=now, arrival=arrival):
        raise NotCleared(lapsed)
    if not member.rights & set(rights):
        raise Forbidden("Your role on this programme does not include this. Ask its supervisor.")
    bind(request, looked_at=looked_at, until=until(member, now))
    return member


def _require_real_place(request: HttpRequest, place: Member) -> None:
    """Raise for who may not enter, at this moment, the programme that this one practises for."""
    assert place.programme.practises_for_id is not None
    real = programme_by_id(place.programme.practises_for_id)
    with inside(real.pk):
        member = _place.first(user=place.user_id, programme=real.pk)
        if member is None:
            raise NotFound
        member.programme, member.user = real, place.user
        if PRACTISES_AS.get(Role(member.role)) != Role(place.role):
            raise NotFound
        if lapsed := lapses(member, now=clock.now(), arrival=arrival_of(request, member.user, real)):
            raise NotCleared(lapsed)


def require_real(programme: Programme) -> None:
    """Raise Conflict where people practise: nothing comes in there from outside."""
    if programme.is_practice:
        raise Conflict(f"People practise in {programme.key}, and nothing else: name the programme itself.")


def access_place(member: Member, person: UUID) -> Member:
    """Return the place of a person, named by their public id, on the member's own programme."""
    found = (
        Member.objects.select_related("programme", "user", "team")
        .filter(programme=member.programme, user__public_id=person)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def access_own_token(member: Member, public_id: UUID) -> ApiToken:
    """Return a token of the member's own programme, to look after it."""
    found = ApiToken.objects.select_related("programme").filter(programme=member.programme, public_id=public_id)
    token = found.first()
    if token is None:
        raise NotFound
    return token


def access_token(secret: str, programme_key: str, right: Right) -> ApiToken:
    """Return the token with this secret for the programme, if it grants ``right``."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    token = (
        ApiToken.objects.select_related("programme").filter(digest=digest, programme__key=programme_key).first()
    )
    if token is None or not token.is_alive:
        raise NotFound
    if not token.may(right):
        raise Forbidden("This token does not grant this.")
    return token


def public_programme(key: str) -> Programme:
    """Return the programme a customer named in the address of its page."""
    programme = programme_by_key(key)
    if programme is None or programme.is_practice:
        raise NotFound("There is no such page. Please check the address you were given.")
    return programme


def access_installation(user: User | AnonymousUser | AbstractBaseUser) -> User:
    """Return the person, if they run the installation; to everyone else its page does not exist."""
    if not isinstance(user, User) or not user.runs_installation:
        raise NotFound
    return user
