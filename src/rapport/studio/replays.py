"""The pages of replays: what past days would have been by another plan."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.roles import Right
from rapport.customers.queries import segments_of
from rapport.insight.queries import extent
from rapport.kit import clock, pages
from rapport.kit.errors import DomainError, Invalid
from rapport.replays import actions
from rapport.replays.access import access_replay
from rapport.replays.queries import replays_of
from rapport.routing import versions
from rapport.studio import forms, replay_figures
from rapport.studio.routing import actor_of, looking, managing, read_upload

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.replays.models import Replay

USUAL_DAYS = 7
VERSIONS = 12
RUNS = [(str(seeds), f"{seeds} runs") for seeds in actions.SEEDS]


@never_cache
@require_safe
@looking
def replays(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the replays there are, and ask for another."""
    return _page(request, member, {})


@require_POST
@managing
def ask(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Have past days played again; who asks for what is known already is led to it."""
    sent = request.POST
    try:
        first, last = forms.read_day(sent.get("from", "")), forms.read_day(sent.get("to", ""))
        if first is None or last is None:
            raise Invalid("Choose the first and the last day.")
        replay, is_new = actions.ask(
            programme=member.programme,
            first=first,
            last=last,
            plans=_plans(request, member.programme),
            seeds=int(sent["seeds"]) if sent.get("seeds", "").isdecimal() and len(sent["seeds"]) < 4 else 0,
            by=member,
            actor=actor_of(member),
        )
    except DomainError as error:
        asked = {"from": sent.get("from", ""), "to": sent.get("to", ""), "seeds": sent.get("seeds", "")}
        return _page(request, member, {**asked, "versions": sent.getlist("version")}, error=error)
    said = "" if is_new else "This was played already: nothing that goes in has changed since."
    return pages.redirect(request, _address(member, replay), said=said)


@never_cache
@require_safe
@looking
def replay(request: HttpRequest, member: Member, replay: UUID) -> HttpResponseBase:
    """Show what came of a replay, or how far it is."""
    found = access_replay(member, replay)
    return pages.render(request, "studio/routing/replay.html", _told(request, member, found))


@never_cache
@require_safe
@looking
def part(request: HttpRequest, member: Member, replay: UUID) -> HttpResponseBase:
    """Show the same without the frame around it, for a page that waits for the end."""
    found = access_replay(member, replay)
    return pages.render(request, "studio/routing/replay_part.html", _told(request, member, found))


@require_POST
@managing
def call_off(request: HttpRequest, member: Member, replay: UUID) -> HttpResponseBase:
    """End a replay that is not done."""
    found = access_replay(member, replay)
    actions.call_off(found, actor=actor_of(member))
    return pages.redirect(request, _address(member, found), said="The replay is called off.")


def _page(
    request: HttpRequest, member: Member, asked: dict[str, Any], *, error: DomainError | None = None
) -> HttpResponseBase:
    programme = member.programme
    yesterday = clock.now().astimezone(programme.zone).date() - timedelta(days=1)
    days = extent(programme)
    last = min(yesterday, days[1]) if days else yesterday
    first = max(last - timedelta(days=USUAL_DAYS - 1), days[0]) if days else last
    context = {
        **_context(member),
        "error": str(error) if error else "",
        "asked": {"from": first.isoformat(), "to": last.isoformat(), "seeds": str(actions.SEEDS[1]), **asked},
        "yesterday": yesterday.isoformat(),
        "days": days,
        "runs": RUNS,
        "most": actions.MOST_PLANS,
        "versions": [one for one in versions.versions_of(programme) if one.state != "in_force"][:VERSIONS],
        "in_force": versions.version_in_force(programme),
        "replays": replays_of(programme),
    }
    return pages.render(request, "studio/routing/replays.html", context, status=error.status if error else 200)


def _told(request: HttpRequest, member: Member, found: Replay) -> dict[str, Any]:
    context = {**_context(member), "replay": found}
    if not found.result:
        return context
    segments = {one.key: one.name for one in segments_of(member.programme)}
    segment = request.GET.get("segment", "")
    return {**context, **replay_figures.told(found.result, segments, segment)}


def _plans(request: HttpRequest, programme: Programme) -> list[actions.Tried]:
    numbers = [int(one) for one in request.POST.getlist("version") if one.isdecimal() and len(one) < 10]
    plans = [
        actions.Tried(f"Version {number}", versions.version_by_number(programme, number).text)
        for number in dict.fromkeys(numbers)
    ]
    sent = request.FILES.get("file")
    return [*plans, actions.Tried((sent.name or "A file")[:60], read_upload(request, "file"))] if sent else plans


def _address(member: Member, replay: Replay) -> str:
    return reverse("routing-replay", args=[member.programme.key, replay.public_id])


def _context(member: Member) -> dict[str, Any]:
    return {
        "member": member,
        "programme": member.programme,
        "section": "routing",
        "tab": "replays",
        "manages": member.may(Right.MANAGE_ROUTING),
    }
