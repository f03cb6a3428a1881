"""Every request of a signed-in browser: is the sign-in still open, and did the person do something?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from rapport.kit import clock, network
from rapport.kit.often import Given, Often
from rapport.signin import actions
from rapport.signin.models import SignIn

if TYPE_CHECKING:
    from rapport.accounts.models import User

SESSION_KEY = "signin.id"
ENDED_KEY = "signin.ended"  # why; the sign-in page says it
Handler = Callable[[HttpRequest], HttpResponse]
_sign_in = Often(lambda: SignIn.objects.filter(pk=Given("pk")))


def sessions(get_response: Handler) -> Handler:
    """Replace ``request.user`` by who is still let in; looked at when a page first asks."""

    def handle(request: HttpRequest) -> HttpResponse:
        claimed = request.user
        request.user = SimpleLazyObject(lambda: present(request, claimed))  # type: ignore[assignment] # as Django does
        return get_response(request)

    return handle


def present(request: HttpRequest, claimed: User | AnonymousUser) -> User | AnonymousUser:
    """Return the person of the session if their sign-in is open, else nobody, and then end the session."""
    sign_in = current(request)
    if isinstance(claimed, AnonymousUser) or not claimed.is_authenticated:
        if sign_in is not None:  # Django has found the session worthless, and emptied it
            _end(request, sign_in, SignIn.Why.SHUT_OUT)
        return AnonymousUser()
    if sign_in is None or sign_in.user_id != claimed.pk:
        sign_in = adopt(request, claimed)
    sign_in.user = claimed  # the same person, just read
    now = clock.now()
    why = SignIn.Why(sign_in.why) if sign_in.ended_at else sign_in.lapsed(now)
    if why is None:
        act = _last_act(request, now)
        if act is not None:
            actions.touch(sign_in, at=act)
        return claimed
    request.session.flush()
    _end(request, sign_in, why)
    return AnonymousUser()


def _end(request: HttpRequest, sign_in: SignIn, why: SignIn.Why) -> None:
    actions.end(sign_in=sign_in, why=why)
    request.session[ENDED_KEY] = sign_in.why or why.value


def current(request: HttpRequest) -> SignIn | None:
    """Return the sign-in of this browser."""
    key = request.session.get(SESSION_KEY)
    return _sign_in.first(pk=key) if key else None


def adopt(request: HttpRequest, user: User, *, how: str = "", until: datetime | None = None) -> SignIn:
    """Record the sign-in of a session that was just begun."""
    made = actions.begin(
        user=user,
        session_key=request.session.session_key or "",
        how=how,
        address=network.client_address(request),
        browser=request.headers.get("User-Agent", ""),
        until=until,
    )
    request.session[SESSION_KEY] = made.pk
    return made


def _last_act(request: HttpRequest, now: datetime) -> datetime | None:
    """Return when the person last did something, as far as this request tells.

    Parts of a page that fetch themselves say how long ago a key or a pointer was used; what they do not say
    counts as nothing. A page that is opened, and a form that is sent, are acts.
    """
    idle = request.headers.get("Rapport-Idle", "")
    if idle.isascii() and idle.isdecimal() and len(idle) < 7:
        return now - timedelta(seconds=int(idle))
    is_part = request.headers.get("HX-Request") == "true"
    is_page = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return now if is_page and not is_part else None
