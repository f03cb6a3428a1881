"""What a plan would make of a contact now: queue, head start, steps, and who of those free fits each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rapport.accounts.queries import member_names
from rapport.contacts.queries import reason_names
from rapport.customers.queries import segments_of
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.routing.floor_state import free_reps, here_of
from rapport.routing.policy import Waiting, explain_waiting
from rapport.routing.routes import capacity_of, queue_for, route_for, seconds_granted, steps_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rapport.accounts.models import Programme
    from rapport.routing.plan.rules import Plan

LONGEST_MINUTES = 24 * 60
CHANNELS = (("chat", "Chat"), ("voice", "Call"), ("email", "E-mail"))


@dataclass(frozen=True, slots=True)
class Tried:
    """A step of the contact tried: when it begins, whom it asks for, and who of those free fits."""

    begins_after_seconds: float
    counts: bool
    who: str
    fits: list[str]
    fits_count: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of the contact."""

    queue: str
    waited_seconds: float
    head_start_seconds: float
    steps: list[Tried]
    free: int


def try_contact(programme: Programme, plan: Plan, sent: Mapping[str, Any]) -> Trial:
    """Return what the plan makes of a contact as ``sent`` describes it; Invalid for what is none."""
    reason, segment, channel = _read(programme, sent)
    waited = _minutes(str(sent.get("waited", "") or "0")) * 60
    queue = queue_for(plan, channel, reason)
    now = clock.now().timestamp()
    steps = steps_of(route_for(plan, queue, reason), here_of(programme)) or ()
    reps = free_reps(programme)
    names = member_names(programme, (rep.id for rep in reps))
    begins, tried = 0.0, []
    for step in steps:
        alone = Waiting(id=0, queue=queue, placed_at=now, steps=(step,), channel=channel)
        found = explain_waiting(alone, reps, now, capacity=capacity_of(plan))
        fits = [names.get(rep, str(rep)) for rep in found.eligible]
        tried.append(Tried(begins, begins <= waited, str(step), fits, found.eligible_count))
        begins += step.seconds or 0
    own = {one.key: one.head_start_seconds for one in segments_of(programme)}
    granted = seconds_granted(
        plan.priority,
        segment=segment,
        segments_own_seconds=own.get(segment or "", 0),
        reason=reason,
        channel=channel,
        is_owed="owed" in sent,
        is_again="again" in sent,
    )
    return Trial(plan.queues[queue].name, waited, granted, tried, len(reps))


def _read(programme: Programme, sent: Mapping[str, Any]) -> tuple[str | None, str | None, str]:
    reason, segment, channel = (str(sent.get(name, "")) for name in ("reason", "segment", "channel"))
    if reason and reason not in reason_names(programme):
        raise Invalid("Choose one of the reasons.")
    if segment and segment not in {one.key for one in segments_of(programme)}:
        raise Invalid("Choose one of the segments.")
    if channel not in dict(CHANNELS):
        raise Invalid("Choose one of the channels.")
    return reason or None, segment or None, channel


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = -1
    if not 0 <= minutes <= LONGEST_MINUTES:
        raise Invalid("Say for how many minutes it has waited, up to a day.")
    return minutes
