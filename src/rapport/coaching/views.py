"""The pages of coaching: one-to-ones to come and past, who meets whom, and how own and others' scores differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.coaching import actions, duty, effects, forms, gaps, hard, panel, queries, rhythms
from rapport.coaching.access import access_rep
from rapport.coaching.models import WEEKDAYS, AgreedAction, EndedBy, Method, State
from rapport.kit import clock, pages
from rapport.kit.errors import DomainError
from rapport.numeric import staggered

if TYPE_CHECKING:
    from rapport.accounts.models import Member

either = staff_page(Right.TAKE_CONTACTS, Right.COACH, Right.READ_COACHING)
both = staff_page(Right.TAKE_CONTACTS, Right.COACH)
coach_page = staff_page(Right.COACH)
leading_page = staff_page(Right.COACH, Right.READ_COACHING)
TONES = {"planned": "accent", "under_way": "busy", "done": "good", "missed": "warn", "cancelled": "off"}


@never_cache
@require_safe
@either
def coaching(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the one-to-ones that the member may see; the address may name one rep."""
    return _list(request, member)


@require_POST
@coach_page
def set_rhythm(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Meet a rep each week."""
    sent = request.POST.dict()

    def act() -> str:
        rhythms.set_rhythm(
            member=member,
            rep=sent.get("rep", ""),
            weekday=forms.read_number(sent, "weekday", "weekday"),
            at=forms.read_time(sent),
            minutes=forms.read_number(sent, "minutes", "minutes"),
        )
        return "It is planned each week from now on."

    return _do(request, member, act)


@require_POST
@coach_page
def end_rhythm(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Meet a rep each week no more."""

    def act() -> str:
        rhythms.end_rhythm(member=member, rep=request.POST.get("rep", ""))
        return "No more are planned by themselves."

    return _do(request, member, act)


@require_POST
@coach_page
def plan(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Plan one more."""
    sent = request.POST.dict()

    def act() -> str:
        rhythms.plan(
            member=member,
            rep=sent.get("rep", ""),
            when=forms.read_when(sent, member.programme),
            minutes=forms.read_number(sent, "minutes", "minutes"),
        )
        return "It is planned."

    return _do(request, member, act)


@require_POST
@coach_page
def settle(request: HttpRequest, member: Member, action: UUID) -> HttpResponseBase:
    """Say what became of an agreed action."""

    def act() -> str:
        row = actions.settle(member=member, action_id=action, outcome=request.POST.get("outcome", ""))
        return f"{row.get_outcome_display()}."

    return _do(request, member, act)


@never_cache
@require_safe
@either
def gap(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show how a rep's own scores differ from others', and picked contacts from random ones, over time."""
    rep = access_rep(member, request.GET.get("rep", ""))
    context = {**context_of(member, "gap"), "rep": rep, "found": gaps.over_time(rep), "few": gaps.FEWEST}
    return pages.render(request, "coaching/gap.html", context)


@never_cache
@require_safe
@leading_page
def what_it_changed(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what coaching changed, measure by measure, by method and by supervisor; also where it is nothing."""
    context = {
        **context_of(member, "effects"),
        "found": effects.told_to(member),
        "counted": effects.counted_of(member.programme),
        "weeks": panel,
        "sees_all": member.may(Right.READ_COACHING),
        "fewest": staggered.FEWEST_TREATED,
        "beside": staggered.FEWEST_CONTROLS,
    }
    return pages.render(request, "coaching/effects.html", context)


@never_cache
@require_safe
@leading_page
def what_is_hard(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show which kinds of contacts are hard for everybody, and who can mend it."""
    context = {
        **context_of(member, "hard"),
        "found": hard.hard_for_everybody(member.programme),
        "times": hard.TIMES,
        "fewest": hard.FEWEST_REPS,
        "least": hard.LEAST,
        "may": {
            "routing": member.may(Right.MANAGE_ROUTING),
            "guides": member.may(Right.WRITE_GUIDES),
            "courses": member.may(Right.ASSIGN_COURSES),
        },
    }
    return pages.render(request, "coaching/hard.html", context)


def _do(request: HttpRequest, member: Member, act: Callable[[], str]) -> HttpResponse:
    try:
        said = act()
    except DomainError as error:
        if error.status == 404:
            raise
        return _list(request, member, error=error)
    return pages.redirect(request, at(member, "coaching"), said=said)


def _list(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    asked = request.GET.get("rep", "")
    rep = access_rep(member, asked) if asked else None
    listed = queries.listed_for(member, rep)
    context = {
        **context_of(member, "list"),
        "listed": listed,
        "rep": rep,
        "criteria": dict(queries.criteria_of(member.programme)),
        "reps": [(one.agent_id, one.name) for one in queries.reps_of(member)] if member.may(Right.COACH) else [],
        "weekdays": WEEKDAYS,
        **duty.panel_of(member),
        "today": clock.now().astimezone(member.programme.zone).date(),
        "sent": request.POST.dict(),
        "error": str(error) if error else "",
    }
    return pages.render(request, "coaching/list.html", context, status=error.status if error else 200)


def context_of(member: Member, tab: str) -> dict[str, Any]:
    """Return what every page of coaching is shown with."""
    return {
        "member": member,
        "programme": member.programme,
        "section": "coaching",
        "tab_of_coaching": tab,
        "coaches": member.may(Right.COACH),
        "takes": member.may(Right.TAKE_CONTACTS),
        "leads": member.may(Right.COACH) or member.may(Right.READ_COACHING),
        "states": dict(State.choices),
        "tones": TONES,
        "methods": Method.choices,
        "ended_by": dict(EndedBy.choices),
        "outcomes": AgreedAction.Outcome.choices,
        "error": "",
    }


def at(member: Member, name: str, *more: object) -> str:
    """Return an address of the member's programme."""
    return reverse(name, args=[member.programme.key, *more])
