"""The door of a programme's pages: who is not signed in signs in first, who has no right is refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from rapport.accounts.access import access_member
from rapport.accounts.roles import Right

View = Callable[..., HttpResponseBase]


def staff_page(right: Right) -> Callable[[View], View]:
    """Wrap a view under ``/at/<programme>/``; it is called with the request and the member who may ``right``."""

    def door(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, programme: str, **named: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return view(request, access_member(request.user, programme, right), **named)

        return enter

    return door
