"""The page of one one-to-one: its agenda, the contact picked, what is agreed, and what is done on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.coaching import actions, forms, queries, rhythms
from rapport.coaching.access import access_one_to_one
from rapport.coaching.agenda import agenda_of
from rapport.coaching.views import at, both, coach_page, context_of, either
from rapport.kit import clock, pages
from rapport.kit.errors import DomainError
from rapport.quality.gaps import scorecards_for, side_by_side, state_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.coaching.models import OneToOne

own_page = staff_page(Right.TAKE_CONTACTS)


@never_cache
@require_safe
@either
def one_to_one(request: HttpRequest, member: Member, one_to_one: UUID) -> HttpResponseBase:
    """Show one: who, when, the agenda, the contact that the rep picked, and what was agreed."""
    return _page(request, member, access_one_to_one(member, one_to_one))


@require_POST
@both
def move(request: HttpRequest, member: Member, one_to_one: UUID) -> HttpResponseBase:
    """Put it to another time."""

    def act() -> str:
        when = forms.read_when(request.POST.dict(), member.programme)
        rhythms.move(member=member, one_to_one=one_to_one, when=when)
        return "It is moved."

    return _do(request, member, one_to_one, act)


@require_POST
@both
def call_off(request: HttpRequest, member: Member, one_to_one: UUID) -> HttpResponseBase:
    """Say that it will not take place."""

    def act() -> str:
        rhythms.call_off(member=member, one_to_one=one_to_one)
        return "It is called off."

    return _do(request, member, one_to_one, act)


@require_POST
@both
def missed(request: HttpRequest, member: Member, one_to_one: UUID) -> HttpResponseBase:
    """Say that it did not take place."""

    def act() -> str:
        rhythms.miss(member=member, one_to_one=one_to_one)
        return "It is marked as missed."

    return _do(request, member, one_to_one, act)


@require_POST
@coach_page
def start(request: HttpRequest, member: Member, one_to_one: UUID) -> HttpResponseBase:
    """Begin it; the time counts from now."""

    def act() -> str:
        actions.start(member=member, one_to_one=one_to_one)
        return "It goes on. The time counts until you end it here."

    return _do(request, member, one_to_one, act)


@require_POST
@own_page
def pick(request: HttpRequest, member: Member, one_to_one: UUID) -> HttpResponseBase:
    """Pick a contact, and score it alone."""
    sent = request.POST.dict()
    try:
        row = actions.pick(
            member=member,
            one_to_one=one_to_one,
            contact_id=forms.read_contact(sent),
            scorecard=sent.get("scorecard", ""),
        )
    except DomainError as error:
        return _refused(request, member, one_to_one, error)
    return pages.redirect(request, at(member, "evaluation", row.public_id), said="Picked. Score it alone now.")


@require_POST
@coach_page
def agree(request: HttpRequest, member: Member, one_to_one: UUID) -> HttpResponseBase:
    """Put on file what the two agreed."""
    sent = request.POST.dict()

    def act() -> str:
        actions.agree(
            member=member,
            one_to_one=one_to_one,
            criterion=sent.get("criterion", ""),
            what=sent.get("what", ""),
            target=forms.read_number(sent, "target", "target"),
            review_on=forms.read_day(sent, "review_on"),
        )
        return "It is agreed."

    return _do(request, member, one_to_one, act)


@require_POST
@both
def play(request: HttpRequest, member: Member, one_to_one: UUID) -> HttpResponseBase:
    """Keep a role play."""

    def act() -> str:
        actions.keep_role_play(
            member=member,
            one_to_one=one_to_one,
            situation=request.POST.get("situation", ""),
            rebuttals=request.POST.getlist("rebuttals"),
            went=request.POST.get("went", ""),
        )
        return "The role play is kept."

    return _do(request, member, one_to_one, act)


@require_POST
@both
def end(request: HttpRequest, member: Member, one_to_one: UUID) -> HttpResponseBase:
    """End it; the time is counted."""

    def act() -> str:
        told = {name: request.POST.get(name, "") for name in ("method", "notes")}
        actions.end(member=member, one_to_one=one_to_one, **told)
        return "It has ended."

    return _do(request, member, one_to_one, act)


def _do(request: HttpRequest, member: Member, one_to_one: UUID, act: Callable[[], str]) -> HttpResponse:
    try:
        said = act()
    except DomainError as error:
        return _refused(request, member, one_to_one, error)
    return pages.redirect(request, at(member, "one-to-one", one_to_one), said=said)


def _refused(request: HttpRequest, member: Member, one_to_one: UUID, error: DomainError) -> HttpResponse:
    if error.status in (403, 404):
        raise error
    return _page(request, member, access_one_to_one(member, one_to_one), error=error)


def _page(request: HttpRequest, member: Member, row: OneToOne, error: DomainError | None = None) -> HttpResponse:
    note_look(
        lookers.person(request, member),
        what="notes",
        right=Right.TAKE_CONTACTS if row.rep_id == member.pk else Right.COACH,
        about=f"one-to-one {row.public_id}",
        why="a one-to-one",
        once=hourly(row.public_id),
    )
    is_rep, is_coach = row.rep_id == member.pk, row.coach_id == member.pk
    pair = side_by_side(member, row.selection) if row.selection else None
    criteria = queries.criteria_of(member.programme)
    context = {
        **context_of(member, "list"),
        "row": row,
        "is_rep": is_rep,
        "is_coach": is_coach,
        "agenda": agenda_of(member, row),
        "agreed": queries.agreed_in(row),
        "criteria": criteria,
        "criteria_named": dict(criteria),
        "played": queries.played_in(row),
        "rebuttals": queries.rebuttal_titles(member.programme),
        "scored": state_of(row.selection) if row.selection else None,
        "pair": pair,
        "to_pick_from": queries.to_pick_from(row.rep) if is_rep and row.is_open and pair is None else [],
        "scorecards": scorecards_for(member.programme),
        "may_agree": is_coach and actions.may_agree(row),
        "is_past": row.planned_for <= clock.now(),
        "sent": request.POST.dict(),
        "error": str(error) if error else "",
    }
    return pages.render(request, "coaching/one_to_one.html", context, status=error.status if error else 200)
