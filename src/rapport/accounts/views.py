"""Sign-in, sign-out, and the way to where a person works."""

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from rapport.accounts import actions, queries
from rapport.accounts.forms import SignInForm
from rapport.accounts.models import Member, User
from rapport.accounts.roles import Right
from rapport.kit import pages


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let a person in, then send them where they were going."""
    to = _safe_next(request)
    if isinstance(request.user, User) and request.method != "POST":
        return pages.redirect(request, to)
    form = SignInForm(request)
    if request.method == "POST" and form.is_valid() and form.person is not None:
        login(request, form.person)
        actions.note_signed_in(form.person)
        return pages.redirect(request, to)
    status = 422 if request.method == "POST" else 200
    return pages.render(request, "accounts/sign_in.html", {"form": form, "next": to}, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Let a person out; what they work on hears of it."""
    if isinstance(request.user, User):
        actions.note_signed_out(request.user)
    logout(request)
    return pages.redirect(request, "/sign-in/")


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Send people to the page of their work; who works on several programmes chooses."""
    if not isinstance(request.user, User):
        return pages.redirect(request, "/sign-in/")
    places = [(place, workplace(place)) for place in queries.places_of(request.user)]
    open_places = [(place, address) for place, address in places if address]
    if len(open_places) == 1:
        return pages.redirect(request, open_places[0][1])
    if not places and request.user.runs_installation:
        return pages.redirect(request, "/machine/")
    return pages.render(request, "accounts/places.html", {"places": open_places, "person": request.user})


def workplace(place: Member) -> str:
    """Return the address of the page where this member works; empty for who has none."""
    base = f"/at/{place.programme.key}"
    if place.may(Right.WATCH_FLOOR):
        return f"{base}/floor/"
    return f"{base}/desk/" if place.may(Right.TAKE_CONTACTS) else ""


def _safe_next(request: HttpRequest) -> str:
    """Return the page a person was on their way to, if it is one of ours, else the start."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else "/"
