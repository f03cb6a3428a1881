"""On duty, and no more: what a supervisor says of their own time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_POST

from rapport.coaching import duty
from rapport.coaching.views import at, coach_page
from rapport.kit import pages

if TYPE_CHECKING:
    from rapport.accounts.models import Member


@require_POST
@coach_page
def begin(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Be on duty."""
    duty.begin_duty(member=member)
    return pages.redirect(request, at(member, "coaching"), said="You are on duty. End it on this page.")


@require_POST
@coach_page
def end(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Be on duty no more."""
    duty.end_duty(member=member)
    return pages.redirect(request, at(member, "coaching"), said="Your duty has ended.")
