"""What of two plans can be tried apart, contact by contact, and what holds for all contacts together."""

from __future__ import annotations

from collections.abc import Iterator

from rapport.routing.plan.rules import Plan
from rapport.routing.routes import queue_for

OF_A_CONTACT = {"priority", "choice"}
OF_NOBODY = {"skills"}  # names of skills; what counts is which of them steps ask for


def not_apart(control: Plan, candidate: Plan) -> list[str]:
    """Return why the candidate cannot be tried beside the control on a share of contacts; empty where it can.

    A contact's steps, head start and choice can be its own. Queues, hours, capacity and all else hold for
    everybody on one floor, so the two must agree in them.
    """
    found = [*_shared(control, candidate), *_beginnings(control, candidate)]
    if not found and all(getattr(control, part) == getattr(candidate, part) for part in Plan.model_fields):
        return ["It says the same as the plan in force, so there is nothing to try."]
    return found


def _shared(control: Plan, candidate: Plan) -> Iterator[str]:
    for part in Plan.model_fields.keys() - OF_A_CONTACT - OF_NOBODY - {"queues"}:
        if getattr(control, part) != getattr(candidate, part):
            yield f"It changes {part!r}, which holds for all contacts together."
    if control.choice.outcome != candidate.choice.outcome:
        yield "It goes by another outcome, which is counted for all contacts together."
    if control.queues.keys() != candidate.queues.keys():
        yield "It has other queues than the plan in force."
        return
    for key, queue in control.queues.items():
        if queue != candidate.queues[key].model_copy(update={"routes": queue.routes}):
            yield f"It changes queue {key!r} in more than its routes."


def _beginnings(control: Plan, candidate: Plan) -> Iterator[str]:
    """Yield where contacts would begin in another queue; which one is found by the plan in force alone."""
    queues = [*control.queues.values(), *candidate.queues.values()]
    reasons = {reason for queue in queues for route in queue.routes for reason in route.reasons}
    for channel in sorted({queue.channel for queue in queues}):
        for reason in (None, *sorted(reasons)):
            if queue_for(control, channel, reason) != queue_for(candidate, channel, reason):
                yield f"Contacts by {channel} for {reason or 'no reason'!r} would begin in another queue."
