"""Who of a programme is signed in, for who may end other people's sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.queries import members_of
from rapport.accounts.roles import Right
from rapport.kit import pages
from rapport.kit.errors import NotFound
from rapport.signin import actions, queries
from rapport.signin.models import SignIn

if TYPE_CHECKING:
    from rapport.accounts.models import Member

ending = staff_page(Right.END_SESSIONS)


@ending
@never_cache
@require_safe
def sessions(request: HttpRequest, member: Member) -> HttpResponse:
    """List the open sessions of everyone with a place on the programme, by person."""
    context = {"member": member, "section": "sessions", "places": _open_at(member)}
    return pages.render(request, "signin/others.html", context)


def _open_at(member: Member) -> list[tuple[Member, list[SignIn]]]:
    places = [place for place in members_of(member.programme) if place.is_active]
    found = queries.open_by_person(place.user_id for place in places)
    return [(place, found[place.user_id]) for place in places if place.user_id in found]


@ending
@require_POST
def end(request: HttpRequest, member: Member, sign_in: UUID) -> HttpResponse:
    """End a session of somebody with a place on the programme; their pages close at once."""
    for place, open_ones in _open_at(member):
        for one in open_ones:
            if one.public_id == sign_in:
                why = SignIn.Why.BY_SUPERVISOR
                actions.end(sign_in=one, why=why, by=member.user, actor=f"member:{member.pk}")
                to = reverse("sessions", args=[place.programme.key])
                return pages.redirect(request, to, said=f"The session of {place.name} is ended.")
    raise NotFound("This session has ended already, or is nobody's of this programme.")
