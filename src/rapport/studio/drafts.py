"""The page of the service that writes drafts: off until somebody turns it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.drafts import actions, queries
from rapport.kit import pages
from rapport.kit.errors import DomainError
from rapport.studio.routing import actor_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

managing = staff_page(Right.MANAGE_CONNECTORS)


@never_cache
@require_safe
@managing
def drafts(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show which service writes drafts, and whether it is on."""
    return _page(request, member)


@require_POST
@managing
def save(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Change the service, turn it on or off."""
    sent = request.POST
    try:
        service = actions.set_service(
            programme=member.programme,
            base=sent.get("base", ""),
            model=sent.get("model", ""),
            guidance=sent.get("guidance", ""),
            is_on="is_on" in sent,
            secret=sent.get("secret", "") or None,
            actor=actor_of(member),
        )
    except DomainError as error:
        return _page(request, member, error=error)
    said = "Reps may ask for drafts now." if service.is_on else "Drafts are off: nothing leaves."
    return pages.redirect(request, reverse("drafts", args=[member.programme.key]), said=said)


def _page(request: HttpRequest, member: Member, *, error: DomainError | None = None) -> HttpResponse:
    service = queries.service_of(member.programme)
    kept = {"base": service.base, "model": service.model, "guidance": service.guidance} if service else {}
    context = {
        "member": member,
        "programme": member.programme,
        "section": "guides",
        "tab_of_guides": "connectors",
        "service": service,
        "values": {name: request.POST.get(name, kept.get(name, "")) for name in ("base", "model", "guidance")},
        "is_on": "is_on" in request.POST if error else bool(service and service.is_on),
        "error": str(error) if error else "",
    }
    return pages.render(request, "studio/connectors/drafts.html", context, status=error.status if error else 200)
