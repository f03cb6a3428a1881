"""The page of expected outcomes: what the router expects of whom, how sure it is, and what the choice brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rapport.contacts.queries import reason_names
from rapport.customers.queries import segments_of
from rapport.insight.arms import what_choice_brings
from rapport.insight.registry import METRICS
from rapport.insight.scores import LOOKS_BACK
from rapport.insight.words import SMALL
from rapport.kit import pages
from rapport.routing import outcomes
from rapport.routing.versions import plan_in_force, same_choice
from rapport.studio.routing import managing
from rapport.studio.trial_rows import row_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.routing.plan.rules import Choice

ALSO_COMPARED = ("average_speed_of_answer", "average_handle_time")


@never_cache
@require_safe
@managing
def expected(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what is expected by matter, or of one person, or of all for one reason, in the order of their names."""
    programme, choice = member.programme, plan_in_force(member.programme).plan.choice
    scores = outcomes.latest_scores(programme, choice.outcome)
    everything = outcomes.expected_of(scores) if scores else []
    person, reason = request.GET.get("person", ""), request.GET.get("reason", "")
    found = {(one.member.agent_id, one.member.name) for one in everything if one.member}
    people = sorted(found, key=lambda one: (one[1], one[0]))
    reasons, segments = reason_names(programme), {one.key: one.name for one in segments_of(programme)}
    shown = [
        {
            "of": one,
            "matter": f"{reasons.get(one.reason, one.reason) or 'No reason'}, "
            f"{segments.get(one.segment, one.segment) or 'segment not known'}",
            "small": one.trials < SMALL,
        }
        for one in everything
        if _is_asked(one.member, one.reason, person, reason)
    ]
    context: dict[str, Any] = {
        "member": member,
        "programme": programme,
        "section": "routing",
        "tab": "expected",
        "metric": METRICS[choice.outcome],
        "choice": choice,
        "scores": scores,
        "rows": shown,
        "people": people,
        "person": person,
        "reason": reason,
        "reasons": sorted(reasons.items(), key=lambda one: one[1]),
        "small": SMALL,
        "days": LOOKS_BACK.days,
        **_brings(programme, choice),
    }
    return pages.render(request, "studio/routing/expected.html", context)


def _is_asked(who: Member | None, about: str, person: str, reason: str) -> bool:
    if reason and about != reason:
        return False
    if person:
        return who is not None and who.agent_id == person
    return who is None or bool(reason)


def _brings(programme: Programme, choice: Choice) -> dict[str, Any]:
    """Return what the choice brings, held against reps drawn by chance; nothing where none is drawn."""
    same = same_choice(programme) if choice.random_share else None
    if same is None:
        return {"since": None}
    keys = (choice.outcome, *ALSO_COMPARED)
    compared, drawn = what_choice_brings(programme, same, keys, share=choice.random_share)
    rows = [row_of(one, choice.outcome) for one in compared]
    return {"since": same.since, "compared": rows, "deciding": rows[0], "drawn": drawn}
