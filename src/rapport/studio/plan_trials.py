"""The pages of trials: a draft of the plan is tried on a share of contacts, watched, and published or not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from rapport.accounts.roles import Right
from rapport.insight.arms import COMPARED, Arms, compare, customers_needed, drawn
from rapport.insight.registry import METRICS
from rapport.kit import clock, pages
from rapport.kit.errors import DomainError, Invalid
from rapport.routing import trials, versions
from rapport.routing.plan.apart import not_apart
from rapport.routing.plan.reading import read_plan
from rapport.studio.routing import actor_of, looking, managing, moment_of
from rapport.studio.trial_rows import LEAST, LEAST_OF_ALL, UNITS, Asked, number_of, row_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.routing.models import PlanTrial

USUAL_SHARE, USUAL_LENGTH = "20", timedelta(days=14)
NOTHING_SENT = {"share": USUAL_SHARE, "metric": COMPARED[0], "least": "", "starts_at": ""}
PLANNED_UNKNOWN = 2_000
"""For so many customers a trial is planned where too little is known of the past."""


@never_cache
@require_safe
@looking
def listed(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the trials there are, the newest first."""
    return pages.render(
        request,
        "studio/routing/trials.html",
        {**_context(member), "trials": trials.trials_of(member.programme), "metrics": METRICS},
    )


@never_cache
@require_safe
@looking
def show(request: HttpRequest, member: Member, trial: int) -> HttpResponseBase:
    """Show how the two plans compare so far, and what may be said of that."""
    return _page(request, member, trial)


@require_POST
@managing
def end(request: HttpRequest, member: Member, trial: int) -> HttpResponseBase:
    """End the trial: the candidate for all, or the plan in force for all."""
    publishes = {"publish": True, "keep": False}.get(request.POST.get("do", ""))
    if publishes is None:
        raise Invalid("Choose which plan all contacts go by.")
    try:
        ended = trials.end(
            programme=member.programme, number=trial, publishes=publishes, by=member, actor=actor_of(member)
        )
    except DomainError as error:
        return _page(request, member, trial, error=error)
    number = (ended.candidate if publishes else ended.control).number
    return _to(request, member, trial, f"The trial has ended. All contacts go by version {number}.")


@never_cache
@require_GET
@managing
def new(request: HttpRequest, member: Member, number: int) -> HttpResponseBase:
    """Show what a trial of a draft would be, to be begun."""
    return _form(request, member, number, request.GET)


@require_GET
@managing
def size(request: HttpRequest, member: Member, number: int) -> HttpResponseBase:
    """Say how many customers, and about how many days, it takes to see the difference that is asked for."""
    context = {**_size(member.programme, _asked(request.GET)), "number": number}
    return pages.render(request, "studio/routing/trial_size.html", context)


@require_POST
@managing
def begin(request: HttpRequest, member: Member, number: int) -> HttpResponseBase:
    """Begin the trial of a draft."""
    programme, seen = member.programme, request.POST.get("instead_of", "")
    try:
        asked, ends_at = _asked(request.POST), moment_of(programme, request.POST.get("ends_at", ""))
        if ends_at is None:
            raise Invalid("Say until when it is tried.")
        needed, _ = customers_needed(programme, asked.metric.key, least=asked.least, share=asked.share)
        terms = trials.Terms(
            share=asked.share,
            starts_at=moment_of(programme, request.POST.get("starts_at", "")),
            ends_at=ends_at,
            metric=asked.metric.key,
            least=asked.least,
            units_needed=needed or PLANNED_UNKNOWN,
        )
        begun = trials.begin(
            programme=programme,
            number=number,
            instead_of=int(seen) if seen.isdecimal() and len(seen) < 10 else None,
            terms=terms,
            by=member,
            actor=actor_of(member),
        )
    except DomainError as error:
        return _form(request, member, number, request.POST, error=error)
    return _to(request, member, begun.number, f"Version {number} is tried on {asked.share:.0%} of customers.")


def _asked(sent: QueryDict) -> Asked:
    """Return what is asked for; Invalid for what is none."""
    metric = METRICS.get(sent.get("metric", COMPARED[0]))
    if metric is None or metric.key not in COMPARED:
        raise Invalid("Choose the figure that decides.")
    share = number_of(sent.get("share", USUAL_SHARE), "Say on how many per cent of contacts it is tried.") / 100
    least = number_of(sent.get("least") or LEAST[metric.unit], "Say which difference is worth having.")
    if not trials.LEAST_SHARE <= share <= trials.MOST_SHARE:
        raise Invalid("Try it on 1 to 99 % of contacts.")
    if not LEAST_OF_ALL <= least < 1e6:
        raise Invalid("The difference worth having is more than nothing.")
    return Asked(share, metric, least / UNITS[metric.unit][1])


def _size(programme: Programme, asked: Asked) -> dict[str, Any]:
    needed, a_day = customers_needed(programme, asked.metric.key, least=asked.least, share=asked.share)
    days = needed / a_day if needed and a_day else None
    return {"asked": asked, "needed": needed, "a_day": a_day, "days": days, "planned_unknown": PLANNED_UNKNOWN}


def _form(
    request: HttpRequest, member: Member, number: int, sent: QueryDict, *, error: DomainError | None = None
) -> HttpResponse:
    programme = member.programme
    candidate, control = versions.version_by_number(programme, number), versions.version_in_force(programme)
    try:
        size = _size(programme, _asked(sent))
    except Invalid:
        size = {"asked": None}
    ends_at = (clock.now() + USUAL_LENGTH).astimezone(programme.zone)
    context = {
        **_context(member),
        **size,
        "error": str(error) if error else "",
        "version": candidate,
        "in_force": control,
        "open": trials.open_trial(programme),
        "faults": not_apart(read_plan(control.text), read_plan(candidate.text)) if control else [],
        "metrics": [(key, f"{METRICS[key].name} ({UNITS[METRICS[key].unit][0]})") for key in COMPARED],
        "sent": {**NOTHING_SENT, "ends_at": f"{ends_at:%Y-%m-%dT%H:%M}", **sent.dict()},
    }
    return pages.render(request, "studio/routing/trial_new.html", context, status=error.status if error else 200)


def _page(request: HttpRequest, member: Member, number: int, *, error: DomainError | None = None) -> HttpResponse:
    programme = member.programme
    trial = trials.trial_by_number(programme, number)
    arms = Arms(
        control=trial.control.number,
        candidate=trial.candidate.number,
        share=trial.share,
        starts=trial.starts_at,
        ends=trial.over_at,
        planned_units=trial.units_needed,
    )
    rows = [row_of(one, trial.metric) for one in compare(programme, arms)]
    deciding = next(row for row in rows if row.decides)
    context = {
        **_context(member),
        "error": str(error) if error else "",
        "trial": trial,
        "asked": Asked(trial.share, METRICS[trial.metric], trial.least),
        "rows": rows,
        "deciding": deciding,
        "is_alike": deciding.compared.is_alike(trial.least),
        "drawn": drawn(programme, arms),
        "state": _state(trial, clock.now()),
    }
    return pages.render(
        request, "studio/routing/trial_of_plan.html", context, status=error.status if error else 200
    )


def _state(trial: PlanTrial, now: datetime) -> str:
    if trial.ended_at is not None:
        return trial.result
    return "planned" if trial.starts_at > now else "on"


def _context(member: Member) -> dict[str, Any]:
    return {
        "member": member,
        "programme": member.programme,
        "section": "routing",
        "tab": "trials",
        "manages": member.may(Right.MANAGE_ROUTING),
    }


def _to(request: HttpRequest, member: Member, trial: int, said: str) -> HttpResponse:
    return pages.redirect(request, reverse("routing-trial", args=[member.programme.key, trial]), said=said)
