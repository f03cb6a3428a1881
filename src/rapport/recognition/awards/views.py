"""The pages of awards: who won what, what is voted on, what waits to be decided, and the categories."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.names import Names, names_for
from rapport.accounts.roles import Right
from rapport.insight.registry import metric
from rapport.kit import filters, pages
from rapport.kit.errors import DomainError
from rapport.recognition.awards import actions, forms, queries
from rapport.recognition.awards.access import access_award, access_category
from rapport.recognition.awards.measures import MEASURES, VOTES
from rapport.recognition.awards.models import LEAST, Compares, State

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.recognition.awards.models import Award

everybody = staff_page(Right.READ_RALLY_NOTES, Right.CONFIRM_AWARDS)
manager = staff_page(Right.MANAGE_AWARDS)
partner = staff_page(Right.CONFIRM_AWARDS)
either = staff_page(Right.MANAGE_AWARDS, Right.CONFIRM_AWARDS)
TONES = {
    "drafted": "idle", "approved": "accent", "confirmed": "accent", "announced": "good", "turned_down": "off",
    "reversed": "bad",
}  # fmt: skip
WAITS = (State.DRAFTED, State.APPROVED, State.CONFIRMED)


@never_cache
@require_safe
@everybody
def awards(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show who won what, what the member may vote on, and, to who decides, what waits."""
    return _list(request, member)


@require_POST
@everybody
def vote(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Vote for a colleague."""
    sent = request.POST
    try:
        actions.vote(
            member=member,
            category=sent.get("category", ""),
            month=forms.read_month(sent),
            named=sent.get("named", ""),
        )
    except DomainError as error:
        if error.status == 404:
            raise
        return _list(request, member, error=error)
    return pages.redirect(request, _at(member, "awards"), said="Your vote is kept. Nobody is told for whom it is.")


@never_cache
@require_safe
@everybody
def award(request: HttpRequest, member: Member, award: UUID) -> HttpResponseBase:
    """Show one award: to everybody who won and why, to who decides what was counted and how fair the rule is."""
    return _one(request, member, access_award(member, award))


@require_POST
@manager
def approve(request: HttpRequest, member: Member, award: UUID) -> HttpResponseBase:
    """Approve a draft."""
    return _do(request, member, award, lambda: actions.approve(member=member, award=award), "It is approved.")


@require_POST
@partner
def confirm(request: HttpRequest, member: Member, award: UUID) -> HttpResponseBase:
    """Agree, as the partner."""
    return _do(request, member, award, lambda: actions.confirm(member=member, award=award), "You agreed to it.")


@require_POST
@either
def turn_down(request: HttpRequest, member: Member, award: UUID) -> HttpResponseBase:
    """Do not give it."""
    cause = request.POST.get("cause", "")
    act = lambda: actions.turn_down(member=member, award=award, cause=cause)  # noqa: E731
    return _do(request, member, award, act, "It is not given, and why is kept.")


@require_POST
@manager
def announce(request: HttpRequest, member: Member, award: UUID) -> HttpResponseBase:
    """Tell everybody."""
    act = lambda: actions.announce_award(member=member, award=award)  # noqa: E731
    return _do(request, member, award, act, "Everybody sees it now.")


@require_POST
@manager
def settle(request: HttpRequest, member: Member, award: UUID) -> HttpResponseBase:
    """Take an award in doubt back, or let it stand."""
    sent = request.POST
    takes = sent.get("settle") == "take_back"

    def act() -> object:
        return actions.settle_doubt(member=member, award=award, take_back=takes, cause=sent.get("cause", ""))

    return _do(request, member, award, act, "It is taken back." if takes else "It stands.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@manager
def categories(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the categories; write one, or change the one that the address names."""
    row = access_category(member.programme, request.GET["key"]) if request.GET.get("key") else None
    error: DomainError | None = None
    if request.method == "POST":
        try:
            told = forms.read_category(request.POST)
            actions.set_category(programme=member.programme, actor=f"member:{member.pk}", **told)
            return pages.redirect(request, _at(member, "award-categories"), said="It is kept.")
        except DomainError as fault:
            error = fault
    context = {
        **context_of(member, "categories"),
        "rows": queries.categories_of(member.programme),
        "row": row,
        "sent": request.POST,
        "months_sent": [int(one) for one in request.POST.getlist("months") if one.isdecimal()],
        "measures": [(key, queries.name_of_measure(key)) for key in (*MEASURES, VOTES)],
        "compares": Compares.choices,
        "months": list(enumerate(month_name))[1:],
        "name_of_measure": queries.name_of_measure,
        "least": LEAST,
        "error": str(error) if error else "",
    }
    return pages.render(request, "awards/categories.html", context, status=error.status if error else 200)


def _do(
    request: HttpRequest, member: Member, award: UUID, act: Callable[[], object], said: str
) -> HttpResponseBase:
    row = access_award(member, award)
    try:
        act()
    except DomainError as error:
        if error.status == 404:
            raise
        return _one(request, member, row, error=error)
    to = _at(member, "award", award) if member.may(Right.MANAGE_AWARDS) else _at(member, "awards")
    return pages.redirect(request, to, said=said)


def _list(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    found = queries.awards_of(member)
    context = {
        **context_of(member, "awards"),
        "waiting": [one for one in found if one.row.state in WAITS or one.row.doubted_at],
        "given": [one for one in found if one.row.state in (State.ANNOUNCED, State.REVERSED)],
        "not_given": [one for one in found if one.row.state == State.TURNED_DOWN],
        "votes": queries.votes_open(member),
        "peers": [(one.agent_id, one.name) for one in queries.peers_of(member)],
        "called": names_for(member),
        "error": str(error) if error else "",
    }
    return pages.render(request, "awards/list.html", context, status=error.status if error else 200)


def _one(request: HttpRequest, member: Member, row: Award, error: DomainError | None = None) -> HttpResponse:
    called = names_for(member)
    [told] = queries.told([row])
    decides = member.may(Right.MANAGE_AWARDS) or member.may(Right.CONFIRM_AWARDS)
    rows = _rows(row, {one.rep.agent_id for one in told.winners}, called)
    context = {
        **context_of(member, "awards"),
        "told": told,
        "row": row,
        "rows": [one for one in rows if decides or one["won"]],
        "decides": decides,
        "measure": queries.name_of_measure(row.rule["measure"]),
        "is_vote": row.rule["measure"] == VOTES,
        "compares": dict(Compares.choices)[row.rule["compares"]],
        "improves": row.rule["compares"] == Compares.IMPROVEMENT,
        "lost": [called.of_agent(one) for one in row.lost],
        "called": called,
        "least": LEAST,
        "error": str(error) if error else "",
    }
    return pages.render(request, "awards/award.html", context, status=error.status if error else 200)


def _rows(row: Award, winners: Collection[str], called: Names) -> list[dict[str, Any]]:
    """Return what was counted of each rep in words, winners first, then by name: no one is ranked."""
    unit = "" if row.rule["measure"] == VOTES else metric(row.rule["measure"]).unit
    found = [
        {
            "may_win": True,  # of votes only those for who may win are kept
            **one,
            "name": called.of_agent(one["rep"]),
            "won": one["rep"] in winners,
            "own_words": _value(one.get("own"), unit),
            "above_words": _signed(one.get("above"), unit),
            "range_words": f"{_signed(one.get('low'), unit)} to {_signed(one.get('high'), unit)}",
        }
        for one in row.counted
    ]
    return sorted(found, key=lambda one: (not one["won"], one["name"].casefold()))


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return filters.percent(value) if unit == "share" else filters.number(value, 2)


def _signed(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    shown = value * 100 if unit == "share" else value
    return (f"{shown:+.1f}" if unit == "share" else f"{shown:+.2f}").replace("-", "−")


def context_of(member: Member, tab: str) -> dict[str, Any]:
    """Return what every page of recognition is shown with."""
    return {
        "member": member,
        "programme": member.programme,
        "section": "recognition",
        "tab": tab,
        "manages": member.may(Right.MANAGE_AWARDS),
        "confirms": member.may(Right.CONFIRM_AWARDS),
        "takes": member.may(Right.TAKE_CONTACTS),
        "gives": member.may(Right.GIVE_REWARDS),
        "states": dict(State.choices),
        "tones": TONES,
        "sent": {},
        "error": "",
    }


def _at(member: Member, name: str, *more: object) -> str:
    return reverse(name, args=[member.programme.key, *more])
