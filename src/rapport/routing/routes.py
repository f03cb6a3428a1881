"""What a plan says of a contact and of who serves it, in the terms of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rapport.routing.plan.rules import Plan, Priority, Route
from rapport.routing.plan.rules import Step as StepRules
from rapport.routing.policy import By, Capacity, Choice, Need, Step

Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Here:
    """Who and what a programme has now: what a step names and is not here counts as nobody."""

    teams: frozenset[str]
    people: Mapping[str, int]


def queue_for(plan: Plan, channel: str, reason: str | None) -> str:
    """Return the queue in which a contact begins: the first of its channel that has a route for the reason."""
    of_channel = {key: queue for key, queue in plan.queues.items() if queue.channel == channel} or plan.queues
    named = (key for key, queue in of_channel.items() if any(reason in route.reasons for route in queue.routes))
    return next(named, next(iter(of_channel)))


def route_for(plan: Plan, queue: str, reason: str | None) -> Route | None:
    """Return the route of a contact for the reason in the queue; None where the plan has no such queue."""
    rules = plan.queues.get(queue)
    if rules is None:
        return None
    named = (route for route in rules.routes if reason in route.reasons)
    others = (route for route in rules.routes if not route.reasons)
    return next(named, next(others, None))


def steps_of(route: Route | None, here: Here) -> Steps:
    """Return the steps as the policy takes them; none (any rep will do) where nobody is named that is here.

    A step that names only teams or people who are gone is left out. The last one left stays.
    """
    found = [step for one in route.steps if (step := _step(one, here)) is not None] if route else []
    return (*found[:-1], replace(found[-1], seconds=None)) if found else ()


def people_named(plan: Plan) -> set[str]:
    """Return the people whom steps of the plan name, by agent id."""
    routes = (route for queue in plan.queues.values() for route in queue.routes)
    return {name for route in routes for step in route.steps for name in step.people}


def names_nobody(step: StepRules, here: Here) -> bool:
    """Say whether the teams or the people that the step names are all gone."""
    teams = bool(step.teams) and not here.teams.intersection(step.teams)
    return teams or (bool(step.people) and not any(name in here.people for name in step.people))


def _step(rules: StepRules, here: Here) -> Step | None:
    if names_nobody(rules, here):
        return None
    needs = tuple(Need(skill, level) for skill, level in sorted(rules.skills.items()))
    people = tuple(here.people[name] for name in rules.people if name in here.people)
    return Step(
        needs=needs,
        seconds=rules.seconds,
        teams=tuple(name for name in rules.teams if name in here.teams),
        tiers=tuple(rules.tiers),
        people=people,
        skip_if_absent=rules.skip_if_absent,
    )


def choice_of(plan: Plan, seed: int) -> Choice:
    """Return who is first among several, as the policy takes it."""
    return Choice(By(plan.choice.by), plan.choice.random_share, seed)


def capacity_of(plan: Plan) -> Capacity:
    """Return how much a rep may have in hand, as the policy takes it."""
    rules = plan.capacity
    return Capacity(
        limits=dict(rules.limits.items()),
        beside={channel: frozenset(others) for channel, others in rules.beside.items()},
        occupancy_ceiling=rules.occupancy_ceiling,
    )


def seconds_granted(
    rules: Priority,
    *,
    segment: str | None,
    segments_own_seconds: float,
    reason: str | None,
    channel: str,
    is_owed: bool = False,
    is_again: bool = False,
) -> float:
    """Return the head start in seconds; a segment that the plan does not name has the one it came with."""
    minutes = (
        rules.segments.get(segment or "", segments_own_seconds / 60)
        + rules.reasons.get(reason or "", 0)
        + sum(granted for name, granted in rules.channels.items() if name == channel)
        + (rules.promise_due_minutes if is_owed else 0)
        + (rules.repeat_contact_minutes if is_again else 0)
    )
    return min(minutes, rules.ceiling_minutes) * 60
