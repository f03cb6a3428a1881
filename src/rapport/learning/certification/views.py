"""The pages of certificates: one's own and the next level, and for who certifies: everybody's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.clearance import on_file
from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.kit import clock, pages
from rapport.kit.errors import DomainError, Invalid
from rapport.learning.certification import actions, queries
from rapport.learning.certification.access import access_rep
from rapport.learning.certification.states import WORDS
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Member

either = staff_page(Right.TAKE_CONTACTS, Right.CERTIFY)
certifying = staff_page(Right.CERTIFY)
TONES = {
    "certified": "good",
    "due": "accent",
    "overdue": "warn",
    "expired": "bad",
    "revoked": "bad",
    "replaced": "off",
}
HOWS = {"renewed": "renewed since", "revoked": "revoked", "lapsed": "lapsed", "": "open"}


@never_cache
@require_safe
@either
def mine(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show one's own certificates and what the next level asks, or those of the rep that the address names."""
    return _of(request, member, access_rep(member, request.GET.get("rep", "")))


@never_cache
@require_safe
@certifying
def people(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List everybody's certificates: whose lapse when, who has none, who is ready for the next level."""
    reps = queries.reps_of(member.programme)
    found = queries.standings(member.programme, reps)
    kinds = queries.live_kinds(member.programme)
    rows = [(one, found[one.pk]) for one in reps]
    context = {**context_of(member, "people"), "rows": rows, "kinds": kinds, "counts": _counts(rows)}
    return pages.render(request, "certification/people.html", context)


@require_POST
@certifying
def grant(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Confirm that a rep is certified at a level, for the first time, higher, or again."""
    sent = request.POST

    def act() -> str:
        level = sent.get("level", "")
        made = actions.grant(
            by=member,
            rep=_rep(request),
            kind=sent.get("kind", ""),
            level=int(level) if level.isascii() and level.isdecimal() and len(level) < 3 else 0,
        )
        return f"Certified until {clock.last_day(made.valid_until, member.programme.zone):%-d %B %Y}."

    return _do(request, member, act)


@require_POST
@certifying
def revoke(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Take a certificate away."""

    def act() -> str:
        told = {"kind": request.POST.get("kind", ""), "because": request.POST.get("because", "")}
        actions.revoke(by=member, rep=_rep(request), **told)
        return "Revoked. What they have in hand they finish."

    return _do(request, member, act)


@require_POST
@certifying
def on_the_job(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Begin a rep's phase on the job, or end it."""

    def act() -> str:
        told: dict[str, Any] = {"by": member, "rep": _rep(request), "kind": request.POST.get("kind", "")}
        if request.POST.get("do") == "stop":
            actions.stop_on_the_job(**told)
            return "The phase on the job is ended."
        actions.begin_on_the_job(**told)
        return "On the job: every contact of theirs is put among those to be scored."

    return _do(request, member, act)


def _rep(request: HttpRequest) -> str:
    """Return who is meant."""
    if not (request.POST.get("rep") and request.POST.get("kind")):
        raise Invalid("Say whom, and which certificate.")
    return request.POST["rep"]


def _do(request: HttpRequest, member: Member, act: Callable[[], str]) -> HttpResponse:
    rep = access_rep(member, _rep(request))
    try:
        said = act()
    except DomainError as error:
        if error.status in (403, 404):
            raise
        return _of(request, member, rep, error=error)
    to = f"{reverse('certificates-mine', args=[member.programme.key])}?rep={rep.agent_id}"
    return pages.redirect(request, to, said=said)


def _of(request: HttpRequest, member: Member, rep: Member, error: DomainError | None = None) -> HttpResponse:
    is_own = rep.pk == member.pk
    if not is_own:
        note_look(
            lookers.person(request, member),
            what="report",
            right=Right.CERTIFY,
            about=f"certificates of {rep.agent_id}",
            once=hourly(rep.user.public_id),
        )
    context = {
        **context_of(member, "mine" if is_own else "people"),
        "rep": rep,
        "is_own": is_own,
        "standings": queries.standing(rep) if rep.may(Right.TAKE_CONTACTS) else [],
        "history": queries.history_of(rep),
        "clearance": on_file(rep, clock.now()) if is_own or member.may(Right.SEE_PEOPLE) else None,
        "error": str(error) if error else "",
    }
    return pages.render(request, "certification/person.html", context, status=error.status if error else 200)


def _counts(rows: list[tuple[Member, list[queries.Standing]]]) -> dict[str, int]:
    """Return how many are ready for a level, will lapse soon, or hold none that keeps contacts from them."""
    all_ = [one for _, found in rows for one in found]
    return {
        "ready": sum(any(step.is_ready for step in one.steps) for one in all_),
        "soon": sum(one.state in ("due", "overdue") for one in all_),
        "shut": sum(one.said.refuses and not one.holds and one.phase is None for one in all_),
    }


def context_of(member: Member, tab: str) -> dict[str, Any]:
    """Return what every page of certificates is shown with."""
    return {
        "member": member,
        "programme": member.programme,
        "section": "certificates",
        "tab_of_certificates": tab,
        "certifies": member.may(Right.CERTIFY),
        "takes": member.may(Right.TAKE_CONTACTS),
        "writes": member.may(Right.WRITE_CERTIFICATES),
        "approves": member.may(Right.APPROVE_CERTIFICATES),
        "words": WORDS,
        "tones": TONES,
        "hows": HOWS,
        "last_day": clock.last_day,
        "level_name": queries.level_name,
        "skills": plan_in_force(member.programme).plan.skills,
        "error": "",
    }
