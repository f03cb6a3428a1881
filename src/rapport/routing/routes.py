"""What a plan says of one contact: its queue and its steps, in the terms of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rapport.routing.plan.rules import Plan, Route
from rapport.routing.plan.rules import Step as StepRules
from rapport.routing.policy import Need, Step

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


def names_nobody(step: StepRules, here: Here) -> bool:
    """Say whether the teams or the people that the step names are all gone."""
    teams = bool(step.teams) and not here.teams.intersection(step.teams)
    return teams or (bool(step.people) and not any(name in here.people for name in step.people))


def _step(rules: StepRules, here: Here) -> Step | None:
    if names_nobody(rules, here):
        return None
    needs = tuple(Need(skill, level) for skill, level in sorted(rules.skills.items()))
    return Step(needs=needs, seconds=rules.seconds)
