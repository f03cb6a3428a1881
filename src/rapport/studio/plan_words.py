"""A plan of routing told in words, what two of them differ in, and what one would make of a contact."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rapport.kit.hours import Calendar, moment_in_words
from rapport.routing.plan.checks import calendar_of
from rapport.routing.plan.rules import Capacity, Choice, Plan, Priority, QueueRules, Route, Step
from rapport.routing.routes import Here, names_nobody

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

MOST_LINES = 5_000
CONTEXT_LINES = 2
CHOICES = {
    "longest_idle": "has been idle longest",
    "least_occupied": "was busy least in the past hour",
    "most_proficient": "has the skills best",
    "best_outcome": "is expected to have the best outcome",
}


@dataclass(frozen=True, slots=True)
class StepWords:
    """Who may serve, and from when on; ``is_gone``: nobody whom it names is here any more."""

    when: str
    who: str
    is_gone: bool


@dataclass(frozen=True, slots=True)
class RouteWords:
    """For which contacts, and their steps."""

    about: str
    steps: list[StepWords]


@dataclass(frozen=True, slots=True)
class QueueWords:
    """A queue as a manager would tell of it."""

    key: str
    name: str
    channel: str
    hours: str
    is_open: bool
    target: str
    more: list[str]
    routes: list[RouteWords]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference: ``mark`` is +, - or a blank; ``gap``: lines alike were left out before it."""

    mark: str
    text: str
    gap: bool = False


def queues_in_words(
    plan: Plan, programme: Programme, here: Here, reasons: dict[str, str], now: datetime
) -> list[QueueWords]:
    """Return every queue of the plan in words."""
    return [_queue(plan, key, rules, programme, here, reasons, now) for key, rules in plan.queues.items()]


def priority_in_words(rules: Priority, reasons: dict[str, str], segments: dict[str, str]) -> list[str]:
    """Return what counts as having waited longer, a line each."""
    told = [
        *((segments.get(key, key), minutes) for key, minutes in rules.segments.items()),
        *((reasons.get(key, key), minutes) for key, minutes in rules.reasons.items()),
        *((key.capitalize(), minutes) for key, minutes in rules.channels.items()),
        ("A promise to the customer is due", rules.promise_due_minutes),
        ("The same customer, for the same reason, within a week", rules.repeat_contact_minutes),
    ]
    lines = [f"{what}: {minutes_in_words(minutes)} longer" for what, minutes in told if minutes]
    return [*lines, f"All together {minutes_in_words(rules.ceiling_minutes)} at most"] if lines else []


def capacity_in_words(rules: Capacity) -> list[str]:
    """Return how many contacts a rep may have at once, and when one more may come, a line each."""
    lines = [f"{channel.capitalize()}: {most} at once" for channel, most in rules.limits.items()]
    lines += [f"{channel.capitalize()} also beside {', '.join(those)}" for channel, those in rules.beside.items()]
    if rules.during_wrap_up:
        lines.append("Also while wrapping up")
    if rules.occupancy_ceiling:
        lines.append(f"None for who was busy more than {rules.occupancy_ceiling:.0%} of the past hour")
    return lines


def choice_in_words(rules: Choice) -> list[str]:
    """Return who of several reps who meet the same step gets a contact, a line each."""
    lines = [f"The one who {CHOICES[rules.by]}"]
    return [*lines, f"{rules.random_share:.0%} of contacts: one by chance"] if rules.random_share else lines


def minutes_in_words(minutes: float) -> str:
    """Write minutes as people say them."""
    if minutes < 1:
        return f"{minutes * 60:g} s"
    return f"{minutes:g} min"


def differences(old: str, new: str) -> list[Line] | None:
    """Return how the texts differ, with a few lines around; None where they are too long to compare."""
    before, after = old.splitlines(), new.splitlines()
    if max(len(before), len(after)) > MOST_LINES:
        return None
    return list(_marked(before, after))


def _marked(before: list[str], after: list[str]) -> Iterator[Line]:
    is_gap = False
    for told in list(difflib.unified_diff(before, after, n=CONTEXT_LINES, lineterm=""))[2:]:
        if told.startswith("@@"):
            is_gap = True
            continue
        yield Line(told[0], told[1:], is_gap)
        is_gap = False


def _queue(
    plan: Plan,
    key: str,
    rules: QueueRules,
    programme: Programme,
    here: Here,
    reasons: dict[str, str],
    now: datetime,
) -> QueueWords:
    calendar = calendar_of(plan.calendars[rules.calendar], programme.zone) if rules.calendar else None
    return QueueWords(
        key=key,
        name=rules.name,
        channel=rules.channel,
        hours=hours_in_words(calendar, now),
        is_open=calendar is None or calendar.is_open(now),
        target=_target(rules, programme),
        more=list(_more(plan, rules)),
        routes=[_route(plan, route, here, reasons, is_only=len(rules.routes) == 1) for route in rules.routes],
    )


def _target(rules: QueueRules, programme: Programme) -> str:
    share = programme.answer_target if rules.answer_share is None else rules.answer_share
    return f"{share:.0%} answered within {rules.answer_within_seconds or programme.answer_within_seconds} s"


def hours_in_words(calendar: Calendar | None, now: datetime) -> str:
    """Return whether it is open, and when that changes."""
    if calendar is None:
        return "Always open"
    if until := calendar.open_until(now):
        return f"Open until {moment_in_words(until, now, calendar.zone)}"
    opens = calendar.opens_at(now)
    return f"Closed, opens {moment_in_words(opens, now, calendar.zone)}" if opens else "Closed, and never opens"


def _more(plan: Plan, rules: QueueRules) -> Iterator[str]:
    if rules.most_waiting:
        yield f"Full with {rules.most_waiting} waiting"
    if rules.overflow:
        to = plan.queues[rules.overflow.to].name if rules.overflow.to in plan.queues else rules.overflow.to
        yield f"After {rules.overflow.after_seconds} s of waiting to {to}"


def _route(plan: Plan, route: Route, here: Here, reasons: dict[str, str], *, is_only: bool) -> RouteWords:
    about = ", ".join(reasons.get(key, key) for key in route.reasons) or (
        "All contacts" if is_only else "All others"
    )
    steps, seconds = [], 0
    for step in route.steps:
        is_gone = names_nobody(step, here)
        when = "At once" if not seconds else f"After {seconds} s"
        steps.append(StepWords(when, _who(plan, step), is_gone))
        if not is_gone:
            seconds += step.seconds or 0
    return RouteWords(about, steps)


def _who(plan: Plan, step: Step) -> str:
    """Return whom a step means, with skills by their names."""
    if step.anyone:
        return "anyone"
    told = [
        f"{plan.skills[skill] or skill} {level}{' or higher' if level < 5 else ''}"
        for skill, level in step.skills.items()
    ]
    if step.teams:
        told.append(f"team {' or '.join(step.teams)}")
    if step.tiers:
        told.append(" or ".join(tier.replace("_", " ") for tier in step.tiers))
    if step.people:
        told.append(" or ".join(step.people))
    words = " and ".join(told)
    return f"{words} (passed over while none of them is signed in)" if step.skip_if_absent else words
