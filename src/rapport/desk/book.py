"""A rep's own customers: the list, and who stands in for the rep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from rapport.accounts.doors import staff_page
from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.contacts.queries import last_arrivals
from rapport.customers import book_queries, books
from rapport.kit import clock, pages
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from rapport.accounts.models import Member

at_desk = staff_page(Right.TAKE_CONTACTS)


@never_cache
@require_GET
@at_desk
def book(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the rep's own customers: who they are, when they were last here, and what is promised to them."""
    programme = member.programme
    rows = book_queries.book_of(member)
    note_look(
        lookers.person(request, member),
        what="list",
        right=Right.TAKE_CONTACTS,
        about="own customers",
        count=len(rows),
        why="the rep's own book",
        once=hourly(member.user.public_id),
    )
    away = [one for one in book_queries.hand_overs_in(programme) if member.pk in (one.rep_id, one.to_id)]
    context = {
        "member": member,
        "programme": programme,
        "section": "desk",
        "rows": rows,
        "last": last_arrivals(programme, [row.customer.pk for row in rows]),
        "today": clock.now().astimezone(programme.zone).date(),
        "hand_overs": away,
        "others": [(one.agent_id, one.name) for one in _others(member)],
        "stand_ins": book_queries.stand_ins_in(programme).get(member.pk, []),
        "most_stand_ins": books.MOST_STAND_INS,
    }
    return pages.render(request, "desk/book.html", context)


@require_POST
@at_desk
def name_stand_ins(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Let the rep say who stands in for them."""
    known = {one.agent_id: one for one in _others(member)}
    told = [agent_id for agent_id in request.POST.getlist("stand_in") if agent_id]
    if not known.keys() >= set(told):
        raise Invalid("Choose colleagues from the list.")
    by = [known[agent_id] for agent_id in told]
    books.name_stand_ins(programme=member.programme, rep=member, by=by, actor=f"member:{member.pk}")
    return pages.redirect(request, reverse("desk-book", args=[member.programme.key]), said="Saved who stands in.")


def _others(member: Member) -> list[Member]:
    others = [one for one in members_with(member.programme, Right.TAKE_CONTACTS) if one.pk != member.pk]
    return sorted(others, key=lambda one: one.name)
