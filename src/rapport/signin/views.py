"""Sign-in, step by step, and sign-out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from rapport.accounts.doors import open_page
from rapport.kit import network, pages
from rapport.signin import actions, emergency, factors, jobs, limits, middleware
from rapport.signin.forms import TOO_MANY, CodeForm, KeyForm, ReasonForm, SignInForm
from rapport.signin.models import SignIn
from rapport.signin.stages import ReasonStage

if TYPE_CHECKING:
    from rapport.accounts.models import User

PAGE = ["GET", "HEAD", "POST"]
NO_KEY = "The passkey did not open the door. Try again, or sign in with your password or your company."


@open_page("it is where people come in; it tells nobody whether an account exists")
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(PAGE)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let a person in by password, then send them where they were going."""
    to = safe_next(request)
    if request.user.is_authenticated and request.method != "POST":
        return pages.redirect(request, to)
    form = SignInForm(request)
    if request.method == "POST" and form.is_valid() and form.person is not None:
        clear_login(request)
        record_authentication(request, form.person, "password")
        return _let_in(request, form.person, to)
    return _sign_in_page(request, form, to, status=422 if request.method == "POST" else 200)


def _sign_in_page(
    request: HttpRequest, form: SignInForm, to: str, *, status: int = 200, problem: str = ""
) -> HttpResponse:
    ended = request.session.pop(middleware.ENDED_KEY, "") if request.session.session_key else ""
    context = {"form": form, "next": to, "ended": ended, "problem": problem}
    return pages.render(request, "signin/sign_in.html", context, status=status)


def _let_in(request: HttpRequest, user: User, to: str) -> HttpResponse:
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=to))
    return response


@open_page("a challenge that only a passkey answers")
@never_cache
@require_http_methods(PAGE)
def passkey(request: HttpRequest) -> HttpResponse:
    """Let a person in by a passkey alone: a challenge to GET, its answer to POST."""
    if request.method != "POST":
        return JsonResponse({"options": webauthn.begin_authentication(None)})
    form = KeyForm(request.POST)
    address = network.counted_address(request)
    if limits.count("address", address) <= limits.BY_ADDRESS and form.is_valid():
        key = factors.check_key(None, form.cleaned_data["credential"])
        if key is not None:
            limits.take_back("address", address)
            clear_login(request)
            factors.used(request, key, alone=True)
            return _let_in(request, key.user, safe_next(request))
    return _sign_in_page(request, SignInForm(HttpRequest()), safe_next(request), status=422, problem=NO_KEY)


@open_page("the second step, for who has taken the first; others are sent to the start")
@never_cache
@require_http_methods(PAGE)
def second(request: HttpRequest) -> HttpResponse:
    """Ask who has given the right password for the second factor."""
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None or request.user.is_authenticated:
        return pages.redirect(request, "/")
    user: User = stage.login.user
    problem = ""
    if request.method == "POST":
        factor, problem = factor_of(request, user)
        if factor is not None:
            factors.used(request, factor)
            response: HttpResponse = stage.exit()
            return response
    return _second_page(request, user, problem)


def factor_of(request: HttpRequest, user: User) -> tuple[Authenticator | None, str]:
    """Return the second factor that this form proves, or what to say."""
    tries = limits.count("factor", str(user.pk))
    if tries > limits.BY_FACTOR:
        if tries == limits.BY_FACTOR + 1:
            jobs.locked_out.defer(user_id=user.pk, kind="factor")
        return None, TOO_MANY
    if "credential" in request.POST:
        key_form = KeyForm(request.POST)
        found = factors.check_key(user, key_form.cleaned_data["credential"]) if key_form.is_valid() else None
        problem = "The key did not answer as it should. Try again, or use a code."
    else:
        form = CodeForm(request.POST)
        found = factors.check_code(user, form.cleaned_data["code"]) if form.is_valid() else None
        problem = "This code is not right, or was used already. Wait for the next one and type it."
    if found is None:
        return None, problem
    limits.forget("factor", str(user.pk))
    return found, ""


def _second_page(request: HttpRequest, user: User, problem: str) -> HttpResponse:
    kinds = {one.type for one in factors.factors_of(user)}
    context = {
        "problem": problem,
        "has_app": "totp" in kinds,
        "has_codes": "recovery_codes" in kinds,
        "options": webauthn.begin_authentication(user) if "webauthn" in kinds else None,
        "action": reverse("mfa_authenticate"),
    }
    return pages.render(request, "signin/second.html", context, status=422 if problem else 200)


@open_page("the last step of emergency access, for who has taken the first; others are sent to the start")
@never_cache
@require_http_methods(PAGE)
def reason(request: HttpRequest) -> HttpResponse:
    """Ask who uses the emergency account why, then open everything for an hour and raise the alarm."""
    stage = LoginStageController.enter(request, ReasonStage.key)
    if stage is None or request.user.is_authenticated:
        return pages.redirect(request, "/")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        emergency.use(user=stage.login.user, reason=form.cleaned_data["reason"])
        response: HttpResponse = stage.exit()
        return response
    status = 422 if request.method == "POST" else 200
    return pages.render(request, "signin/reason.html", {"form": form}, status=status)


@open_page("whoever is not signed in is signed out already")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Let a person out; what they work on hears of it."""
    if request.user.is_authenticated:
        here = middleware.current(request)
        if here is not None:
            actions.end(sign_in=here, why=SignIn.Why.SIGNED_OUT, by=here.user)
    clear_login(request)
    logout(request)
    return pages.redirect(request, reverse("sign-in"))


def safe_next(request: HttpRequest) -> str:
    """Return the page a person was on their way to, if it is one of ours, else the start."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else "/"
