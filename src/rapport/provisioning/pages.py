"""The page of who looks after a programme: what its partner's directory tells, and what groups give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_http_methods

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right, Role
from rapport.kit import pages
from rapport.kit.errors import DomainError, Forbidden, Invalid
from rapport.provisioning import groups, queries
from rapport.provisioning.services import services_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from rapport.accounts.models import Member

NOTHING = "none"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Right.MANAGE_PROGRAMME)
def directory(request: HttpRequest, member: Member) -> HttpResponse:
    """Show what a directory tells and what its groups give; take what a group gives from now on."""
    problem = ""
    if request.method == "POST":
        try:
            _map(request, member)
        except DomainError as error:
            problem = str(error)
        else:
            return pages.redirect(request, request.path, said="Saved. It holds at once for all in the group.")
    programme = member.programme
    context = {
        "member": member,
        "section": "directory",
        "programme": programme,
        "problem": problem,
        "typed": request.POST.get("group", ""),
        "told": queries.told(programme),
        "mappings": queries.mappings(programme),
        "roles": [(role.value, role.words) for role in Role],
        "services": services_of(programme.partner),
        "scim_address": request.build_absolute_uri(f"/scim/v2/{programme.key}"),
    }
    return pages.render(request, "provisioning/directory.html", context, status=422 if problem else 200)


def _map(request: HttpRequest, member: Member) -> None:
    """Set what a group gives. Only who may adjust roles lets a group make or unmake administrators."""
    group, chosen = request.POST.get("group", "").strip(), request.POST.get("role", "")
    if chosen not in (NOTHING, *(role.value for role in Role)):
        raise Invalid("Choose what the group gives.")
    role = None if chosen == NOTHING else Role(chosen)
    before = queries.mapping_named(member.programme, group)
    administers = Role.ADMINISTRATOR in (role, before.role if before else None)
    if administers and not member.may(Right.ADJUST_ROLES):
        raise Forbidden("Only who may adjust roles lets a group make or unmake administrators.")
    groups.map_group(
        programme=member.programme,
        group=group,
        role=role,
        team=request.POST.get("team", "").strip()[:100],
        actor=f"member:{member.pk}",
    )
