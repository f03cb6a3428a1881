"""The way to where a person works."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rapport.accounts.doors import open_page, places_of
from rapport.accounts.models import Member, User
from rapport.accounts.roles import Right, Role
from rapport.kit import pages


@never_cache
@require_safe
@open_page("sends people on, by what they may see")
def home(request: HttpRequest) -> HttpResponse:
    """Send people to the page of their work; who works on several programmes chooses."""
    if not isinstance(request.user, User):
        return pages.redirect(request, "/sign-in/")
    real = (place for place in places_of(request.user) if not place.programme.is_practice)
    places = [(place, workplace(place)) for place in real]
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
    if place.may(Right.TAKE_CONTACTS):
        return f"{base}/desk/"
    if place.may(Right.READ_REPORTS):
        if place.role == Role.PARTNER_VIEWER:
            return f"{base}/partner/"
        return f"{base}/record/" if place.may(Right.READ_RECORD) else f"{base}/reports/"
    return f"{base}/people/" if place.may(Right.SEE_PEOPLE) else ""
