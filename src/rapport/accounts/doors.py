"""The door of a programme's pages: who is not signed in signs in first, who has no right is refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from rapport.accounts.access import access_member
from rapport.accounts.models import Member
from rapport.accounts.roles import Right

P = ParamSpec("P")
StaffView = Callable[Concatenate[HttpRequest, Member, P], HttpResponseBase]


def staff_page(right: Right) -> Callable[[StaffView[P]], Callable[..., HttpResponseBase]]:
    """Wrap a view under ``/at/<programme>/``: it gets the member whose role grants ``right``."""

    def door(view: StaffView[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def enter(request: HttpRequest, programme: str, **named: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return view(request, access_member(request.user, programme, right), **named)

        return enter

    return door
