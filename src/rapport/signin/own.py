"""A person's own account: password, second factors, passkeys, recovery codes, and where they are signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.accounts.doors import account_page
from rapport.kit import pages
from rapport.kit.errors import Forbidden
from rapport.signin import actions, factors, forms, limits, middleware, queries, views
from rapport.signin.models import SignIn

if TYPE_CHECKING:
    from rapport.accounts.models import User

NOT_YOURS = "This is not your password. Check that Caps Lock is off; after ten wrong tries wait fifteen minutes."
PAGE = ["GET", "HEAD", "POST"]


def own_page(*, fresh: bool = False) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponseBase]]:
    """Wrap a view of a person's own account; ``fresh`` asks them to show anew who they are."""

    def door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
        @account_page
        @never_cache
        @wraps(view)
        def enter(request: HttpRequest, **named: Any) -> HttpResponseBase:
            if fresh and not factors.is_fresh(request, _person(request)):
                to = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("account")
                return redirect_to_login(to, login_url=reverse("account_reauthenticate"))
            return view(request, **named)

        return enter

    return door


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


@require_safe
@own_page()
def account(request: HttpRequest) -> HttpResponse:
    """Show a person how they sign in, and where they are signed in."""
    return _account_page(request)


def _account_page(request: HttpRequest, *, notice: str = "", status: int = 200) -> HttpResponse:
    user = _person(request)
    here = middleware.current(request)
    context = {
        "person": user,
        "factors": factors.factors_of(user),
        "codes_left": factors.codes_left(user),
        "has_password": user.has_usable_password(),
        "has_second_factor": factors.has_second_factor(user),
        "open": queries.open_sign_ins(user),
        "past": queries.past_sign_ins(user),
        "here": here.pk if here else None,
        "notice": notice,
    }
    return pages.render(request, "signin/account.html", context, status=status)


@require_http_methods(PAGE)
@sensitive_post_parameters("password")
@own_page()
def confirm(request: HttpRequest) -> HttpResponse:
    """Have a signed-in person show anew who they are, before they change how they sign in."""
    user = _person(request)
    needs_factor = factors.has_second_factor(user)
    problem = ""
    if request.method == "POST":
        problem = _confirm_factor(request, user) if needs_factor else _confirm_password(request, user)
        if not problem:
            return pages.redirect(request, views.safe_next(request))
    kinds = {one.type for one in factors.factors_of(user)}
    context = {
        "problem": problem,
        "needs_factor": needs_factor,
        "has_password": user.has_usable_password(),
        "has_app": "totp" in kinds,
        "has_codes": "recovery_codes" in kinds,
        "options": webauthn.begin_authentication(user) if "webauthn" in kinds else None,
        "action": reverse("account_reauthenticate"),
        "next": views.safe_next(request),
    }
    return pages.render(request, "signin/confirm.html", context, status=422 if problem else 200)


def _confirm_factor(request: HttpRequest, user: User) -> str:
    factor, problem = views.factor_of(request, user)
    if factor is not None:
        factors.used(request, factor, again=True)
    return problem


def _confirm_password(request: HttpRequest, user: User) -> str:
    tries = limits.count("again", str(user.pk))
    if tries > limits.BY_ACCOUNT or not user.check_password(request.POST.get("password", "")):
        return NOT_YOURS
    limits.forget("again", str(user.pk))
    record_authentication(request, user, "password", reauthenticated=True)
    return ""


@require_http_methods(PAGE)
@sensitive_post_parameters("new", "again")
@own_page(fresh=True)
def password(request: HttpRequest) -> HttpResponse:
    """Let a person choose another password; it ends their sign-ins elsewhere."""
    user = _person(request)
    if not user.has_usable_password():
        raise Forbidden("You sign in through your company, which keeps your password. Change it there.")
    form = forms.PasswordForm(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.change_password(user=user, password=form.cleaned_data["new"], keep=middleware.current(request))
        update_session_auth_hash(request, user)  # this browser stays, with a new key
        here = middleware.current(request)
        if here is not None:
            actions.move(here, session_key=request.session.session_key or "")
        return _account_page(request, notice="Your password is changed. You were signed out everywhere else.")
    status = 422 if request.method == "POST" else 200
    return pages.render(request, "signin/password.html", {"form": form}, status=status)


@require_http_methods(PAGE)
@own_page(fresh=True)
def app(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app: show its secret, and keep it once a code proves that the app has it."""
    user = _person(request)
    secret = request.session.get(SECRET_SESSION_KEY) if request.method == "POST" else None
    problem = ""
    if secret:
        form = forms.CodeForm(request.POST)
        keep = middleware.current(request)
        if form.is_valid() and factors.add_app(
            user=user, secret=secret, code=form.cleaned_data["code"], keep=keep
        ):
            del request.session[SECRET_SESSION_KEY]
            return _after_adding(request, user)
        problem = "This code is not right. Wait for the next one in the app, and type it."
    else:
        secret = request.session[SECRET_SESSION_KEY] = generate_totp_secret()
    context = {"secret": secret, "picture": factors.picture_of(user, secret), "problem": problem}
    return pages.render(request, "signin/app.html", context, status=422 if problem else 200)


@require_http_methods(PAGE)
@own_page(fresh=True)
def key(request: HttpRequest) -> HttpResponse:
    """Add a passkey: a challenge for the browser, then its answer."""
    user = _person(request)
    problem = ""
    if request.method == "POST":
        form = forms.KeyForm(request.POST)
        try:
            if form.is_valid():
                factors.add_key(user=user, **form.cleaned_data, keep=middleware.current(request))
                return _after_adding(request, user)
        except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
            pass  # whatever a made-up answer brings its reader to raise
        problem = "The passkey could not be read. Try again."
    context = {
        "options": webauthn.begin_registration(user, passwordless=True),
        "problem": problem,
        "comes_alone": factors.may_come_alone(user),
    }
    return pages.render(request, "signin/key.html", context, status=422 if problem else 200)


def _after_adding(request: HttpRequest, user: User) -> HttpResponse:
    """Show who has their first second factor the recovery codes that stand in for it."""
    if factors.codes_left(user) is None:
        return pages.render(request, "signin/codes.html", {"codes": factors.make_codes(user=user)})
    return pages.redirect(request, reverse("account"))


@require_POST
@own_page(fresh=True)
def codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them, once."""
    user = _person(request)
    if not factors.has_second_factor(user):
        return pages.redirect(request, reverse("account"))
    return pages.render(request, "signin/codes.html", {"codes": factors.make_codes(user=user)})


@require_POST
@own_page(fresh=True)
def remove(request: HttpRequest, factor: int) -> HttpResponse:
    """Take a second factor away."""
    factors.remove(user=_person(request), factor_id=factor)
    return pages.redirect(request, reverse("account"))


@require_POST
@own_page()
def end(request: HttpRequest, sign_in: UUID) -> HttpResponse:
    """End one of the person's sign-ins."""
    user = _person(request)
    actions.end(sign_in=queries.sign_in_of(user, sign_in), why=SignIn.Why.BY_OWNER, by=user)
    return pages.redirect(request, reverse("account"))


@require_POST
@own_page()
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of the person's sign-ins but this one."""
    user = _person(request)
    actions.end_all(user=user, why=SignIn.Why.BY_OWNER, by=user, but=middleware.current(request))
    return pages.redirect(request, reverse("account"))
