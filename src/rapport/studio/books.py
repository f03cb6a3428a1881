"""The pages of books: how full each is, who stands in, who keeps whose book meanwhile, and moving customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.access import access_place
from rapport.accounts.doors import staff_page
from rapport.accounts.queries import member_by_agent_id, members_of, members_with
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.contacts.queries import last_arrivals
from rapport.customers import book_queries, books
from rapport.customers.queries import found_by
from rapport.kit import pages
from rapport.kit.errors import Invalid
from rapport.kit.filters import day
from rapport.routing.versions import plan_in_force
from rapport.studio import forms
from rapport.studio.routing import actor_of

if TYPE_CHECKING:
    from django.http import QueryDict

    from rapport.accounts.models import Member

managing = staff_page(Right.MANAGE_BOOKS)
SHOWN = 500


@dataclass(frozen=True, slots=True)
class BookRow:
    """One rep's book: how many customers, who stands in, and whether the rep takes contacts still."""

    rep: Member
    size: int
    stand_ins: list[Member]
    is_here: bool


@never_cache
@require_safe
@managing
def books_page(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the books of all reps, and the hand-overs that go on or are to come."""
    programme = member.programme
    sizes, stand_ins = book_queries.book_sizes(programme), book_queries.stand_ins_in(programme)
    rows = [
        BookRow(one, sizes.get(one.pk, 0), stand_ins.get(one.pk, []), is_here)
        for one in members_of(programme)
        if (is_here := one.may(Right.TAKE_CONTACTS)) or one.pk in sizes
    ]
    context = {
        **_common(member),
        "rows": sorted(rows, key=lambda row: (row.is_here, row.rep.name)),
        "hand_overs": book_queries.hand_overs_in(programme),
        "kept": sum(sizes.values()),
    }
    return pages.render(request, "studio/books.html", context)


@never_cache
@require_safe
@managing
def book(request: HttpRequest, member: Member, person: UUID) -> HttpResponseBase:
    """Show one rep's customers, to be moved, and who stands in for the rep."""
    rep = access_place(member, person)
    rows = book_queries.book_of(rep, limit=SHOWN)
    note_look(
        lookers.person(request, member),
        what="list",
        right=Right.MANAGE_BOOKS,
        about=f"book of {rep.agent_id}",
        count=len(rows),
        why="a rep's book",
        once=hourly(rep.user.public_id),
    )
    context = {
        **_common(member),
        "rep": rep,
        "is_here": rep.may(Right.TAKE_CONTACTS),
        "rows": rows,
        "size": book_queries.book_sizes(member.programme).get(rep.pk, 0),
        "last": last_arrivals(member.programme, [row.customer.pk for row in rows]),
        "stand_ins": book_queries.stand_ins_in(member.programme).get(rep.pk, []),
        "most_stand_ins": books.MOST_STAND_INS,
    }
    return pages.render(request, "studio/book.html", context)


@require_POST
@managing
def give(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Give one customer, found by key, address or number, an own rep."""
    sent = request.POST
    told = sent.get("customer", "").strip()
    found = [one for one in found_by(member.programme, told) if one.is_active] if told else []
    if len(found) != 1:
        how_many = "More than one customer has" if found else "No customer has"
        raise Invalid(f"{how_many} this key, e-mail address or number. Give the partner's key.")
    rep = _rep(member, sent)
    note_look(
        lookers.person(request, member),
        what="search",
        right=Right.MANAGE_BOOKS,
        subject=found[0].public_id,
        about="a customer for a book",
        why="a rep's book",
    )
    books.assign_own_rep(
        programme=member.programme,
        customers=[found[0].public_id],
        rep=rep,
        why=_why(sent),
        actor=actor_of(member),
    )
    whose = f"is {rep.name}'s customer now" if rep else "has no own rep now"
    return _back(request, member, f"{found[0]} {whose}.")


@require_POST
@managing
def move(request: HttpRequest, member: Member, person: UUID) -> HttpResponseBase:
    """Move the chosen customers of a rep, or the whole book, to another rep for good."""
    rep, sent = access_place(member, person), request.POST
    to, why, actor = _rep(member, sent), _why(sent), actor_of(member)
    programme = member.programme
    if sent.get("all") == "yes":
        moved = books.move_book(programme=programme, rep=rep, to=to, why=why, actor=actor)
    else:
        chosen = forms.read_ids(sent, "customers")
        if not chosen:
            raise Invalid("Choose the customers to move, or move the whole book.")
        moved = books.assign_own_rep(programme=programme, customers=chosen, rep=to, why=why, actor=actor)
    whose = f"to {to.name}" if to else "out of the book"
    said = f"{moved} {'customer' if moved == 1 else 'customers'} moved {whose}."
    return _back(request, member, said, "book", person)


@require_POST
@managing
def name_stand_ins(request: HttpRequest, member: Member, person: UUID) -> HttpResponseBase:
    """Say who stands in for a rep."""
    rep = access_place(member, person)
    by = read_stand_ins(member, request.POST)
    books.name_stand_ins(programme=member.programme, rep=rep, by=by, actor=actor_of(member))
    return _back(request, member, f"Saved who stands in for {rep.name}.", "book", person)


@require_POST
@managing
def hand_over(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Let another keep a rep's book for some days."""
    sent = request.POST
    rep, to = _named(member, sent.get("rep", "")), _named(member, sent.get("to", ""))
    first, last = forms.read_day(sent.get("first_day", "")), forms.read_day(sent.get("last_day", ""))
    if rep is None or to is None or first is None or last is None:
        raise Invalid("Say whose book, who keeps it, and from which day until which.")
    books.hand_over(
        programme=member.programme, rep=rep, to=to, first_day=first, last_day=last, actor=actor_of(member)
    )
    said = f"{to.name} keeps {rep.name}'s book from {day(first)} to {day(last)}."
    return _back(request, member, said)


@require_POST
@managing
def end_hand_over(request: HttpRequest, member: Member, hand_over: UUID) -> HttpResponseBase:
    """Give a book back from today on, or call off what has not begun."""
    one = books.end_hand_over(programme=member.programme, hand_over_id=hand_over, actor=actor_of(member))
    return _back(request, member, f"{one.rep.name} has their own book.")


def read_stand_ins(member: Member, sent: QueryDict) -> list[Member]:
    """Return the people chosen in the places of stand-ins, in their order; empty places do not count."""
    named = [_named(member, agent_id) for agent_id in sent.getlist("stand_in") if agent_id]
    return [one for one in named if one is not None]


def _why(sent: QueryDict) -> str:
    """Return the reason chosen, one of those that people may give."""
    why = sent.get("why", "")
    if why not in books.WHY:
        raise Invalid("Choose from the list why.")
    return why


def _rep(member: Member, sent: QueryDict) -> Member | None:
    """Return the rep chosen; None for nobody, which has to be chosen too."""
    told = sent.get("rep", "")
    return None if told == "-" else _named(member, told)


def _named(member: Member, agent_id: str) -> Member | None:
    found = member_by_agent_id(member.programme, agent_id)
    if found is None:
        raise Invalid("Choose somebody from the list.")
    return found


def _common(member: Member) -> dict[str, Any]:
    programme = member.programme
    keepers = members_with(programme, Right.TAKE_CONTACTS)
    return {
        "member": member,
        "programme": programme,
        "section": "books",
        "rules": plan_in_force(programme).plan.personal,
        "keepers": sorted(((one.agent_id, one.name) for one in keepers), key=lambda one: one[1]),
        "reasons": list(books.WHY.items()),
    }


def _back(request: HttpRequest, member: Member, said: str, page: str = "books", *args: object) -> HttpResponseBase:
    return pages.redirect(request, reverse(page, args=[member.programme.key, *args]), said=said)
