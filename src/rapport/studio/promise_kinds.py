"""The page of what promises of the programme may be about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.customers.promises import kinds
from rapport.kit import pages
from rapport.kit.errors import DomainError, Invalid, NotFound
from rapport.studio.routing import actor_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

UNITS = (("days", "days"), ("hours", "hours"))
KEEPERS = (("rep", "the rep who promises"), ("team", "the rep's team"), ("partner", "the partner"))


@never_cache
@require_safe
@staff_page(Right.SEE_PEOPLE)
def listed(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the kinds of promises, retired ones too."""
    return _page(request, member)


@require_POST
@staff_page(Right.MANAGE_PROGRAMME)
def change(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Add, change, retire or bring back a kind."""
    sent, place, actor = request.POST, member.programme, actor_of(member)
    key, todo = sent.get("key", "")[:20], sent.get("do", "")
    try:
        if todo == "add":
            kinds.add_kind(programme=place, actor=actor, **_read(sent))
        elif todo == "change":
            kinds.change_kind(programme=place, key=key, actor=actor, **_read(sent))
        elif todo in ("retire", "bring_back"):
            kinds.retire_kind(programme=place, key=key, is_retired=todo == "retire", actor=actor)
        else:
            raise Invalid("Choose what to do with the kind.")
    except NotFound:
        raise
    except DomainError as error:
        return _page(request, member, error)
    return pages.redirect(request, reverse("promise-kinds", args=[place.key]), said="The list is changed.")


def _read(sent: QueryDict) -> dict[str, Any]:
    told = sent.get("due_in", "").strip()
    return {
        "name": sent.get("name", "")[:200],
        "due_in": int(told) if told.isascii() and told.isdecimal() and len(told) <= 4 else 0,
        "due_unit": sent.get("due_unit", ""),
        "kept_by": sent.get("kept_by", ""),
        "moves_forward": sent.get("moves_forward") == "on",
    }


def _page(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    context = {
        "member": member,
        "programme": member.programme,
        "section": "people",
        "tab": "promise_kinds",
        "kinds": kinds.kinds_of(member.programme, with_retired=True),
        "changes": member.may(Right.MANAGE_PROGRAMME),
        "units": UNITS,
        "keepers": KEEPERS,
        "error": error,
    }
    return pages.render(request, "studio/promise_kinds.html", context, status=error.status if error else 200)
