"""What is wrong with a plan beyond its form: names that stand for nothing, steps that change nothing, circles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rapport.kit.documents import Fault
from rapport.kit.errors import Invalid
from rapport.kit.hours import HORIZON_DAYS, Calendar, read_stretches, read_week
from rapport.kit.lines import Path
from rapport.routing.plan.rules import CalendarRules, Plan, QueueRules, Route, Step
from rapport.routing.routes import queue_for


@dataclass(frozen=True, slots=True)
class Known:
    """The names a programme has; a plan may use no other. And when now is. None: not looked at."""

    reasons: Collection[str] | None = None
    segments: Collection[str] | None = None
    teams: Collection[str] | None = None
    tiers: Collection[str] | None = None
    people: Collection[str] | None = None
    now: datetime | None = None


NOTHING_KNOWN = Known()


def faults_of(plan: Plan, known: Known = NOTHING_KNOWN) -> list[Fault]:
    """Return all that is wrong with the plan, in the order of its parts."""
    checks: tuple[Callable[[Plan, Known], Iterator[Fault]], ...] = (
        _calendars,
        _queues,
        _overflow,
        _reachable,
        _names,
    )
    return [fault for check in checks for fault in check(plan, known)]


def calendar_of(rules: CalendarRules, zone: ZoneInfo) -> Calendar:
    """Return the calendar; Invalid for a zone that is none and for hours that are none or overlap."""
    try:
        place = ZoneInfo(rules.zone) if rules.zone else zone
    except (KeyError, ValueError, OSError):  # unknown, not a name at all, a folder of zones
        raise Invalid(f"There is no time zone {rules.zone!r}; write it as Europe/Berlin.") from None
    days: dict[date, tuple[()]] = dict.fromkeys(rules.holidays, ())
    special = {day: read_stretches(hours) for day, hours in rules.special.items()}
    return Calendar(place, read_week(rules.hours), {**days, **special})


def _calendars(plan: Plan, known: Known) -> Iterator[Fault]:
    for key, rules in plan.calendars.items():
        where: Path = ("calendars", key)
        if unreadable := [*_unreadable(rules, where)]:
            yield from unreadable
            continue
        calendar = calendar_of(rules, ZoneInfo("UTC"))
        for day in sorted(rules.holidays.keys() & rules.special.keys()):
            yield Fault((*where, "special", f"{day}"), f"{day} is a holiday too; keep one of the two.")
        if not calendar.week and not calendar.days:
            yield Fault(where, "It is never open; give it hours.")
        elif known.now and calendar.opens_at(known.now) is None:
            words = f"It does not open again within {HORIZON_DAYS} days; give it hours, or days that are to come."
            yield Fault(where, words)


def _unreadable(rules: CalendarRules, where: Path) -> Iterator[Fault]:
    """Yield what is wrong with the zone, each line of hours, all of them together, and each special day."""
    alone: list[tuple[dict[str, Any], Path]] = [({"zone": rules.zone}, (*where, "zone"))]
    alone += [({"hours": [line]}, (*where, "hours", at)) for at, line in enumerate(rules.hours)]
    alone += [({"special": {day: told}}, (*where, "special", f"{day}")) for day, told in rules.special.items()]
    found = [Fault(path, words) for part, path in alone if (words := _refused(part))]
    yield from found
    if not found and (words := _refused({"hours": rules.hours})):
        yield Fault((*where, "hours"), words)


def _refused(part: dict[str, Any]) -> str:
    """Return why a calendar with this part alone cannot be, or an empty text."""
    try:
        calendar_of(CalendarRules.model_validate(part), ZoneInfo("UTC"))
    except Invalid as error:
        return str(error)
    return ""


def _queues(plan: Plan, _known: Known) -> Iterator[Fault]:
    for key, queue in plan.queues.items():
        where: Path = ("queues", key)
        if queue.calendar and queue.calendar not in plan.calendars:
            yield Fault((*where, "calendar"), _unknown("calendar", queue.calendar, plan.calendars))
        yield from _routes(queue, (*where, "routes"))
        for number, route in enumerate(queue.routes):
            yield from _steps(plan, route, (*where, "routes", number, "steps"))


def _routes(queue: QueueRules, where: Path) -> Iterator[Fault]:
    taken: dict[str, int] = {}
    for number, route in enumerate(queue.routes):
        for reason in route.reasons or ("",):
            if reason in taken:
                what = f"contacts for {reason!r}" if reason else "all other contacts"
                first = taken[reason] + 1
                words = f"Route {first} takes {what} already; this one would never be reached."
                yield Fault((*where, number), words)
            taken.setdefault(reason, number)
    if "" not in taken:
        yield Fault(where, "No route takes contacts for other reasons; add one without reasons.")


def _steps(plan: Plan, route: Route, where: Path) -> Iterator[Fault]:
    before: list[tuple[int, Step]] = []
    for number, step in enumerate(route.steps):
        here = (*where, number)
        yield from _step(plan, step, here, is_last=number == len(route.steps) - 1)
        reached = next((earlier for earlier, wider in before if _admits(wider, step)), None)
        if reached is not None:
            yield Fault(here, f"Step {reached + 1} admits everybody this step does; it would change nothing.")
        before.append((number, step))


def _step(plan: Plan, step: Step, where: Path, *, is_last: bool) -> Iterator[Fault]:
    says = bool(step.skills or step.teams or step.tiers or step.people)
    if step.anyone == says:
        words = "It says who and anyone; keep one." if says else "It names nobody; say who, or anyone = true."
        yield Fault(where, words)
    if is_last and (step.seconds or step.skip_if_absent):
        yield Fault(where, "The last step stays; it has no seconds and is never skipped.")
    if not is_last and not step.seconds:
        yield Fault(where, "Say after how many seconds the next step counts.")
    for skill in step.skills:
        if skill not in plan.skills:
            yield Fault((*where, "skills", skill), _unknown("skill", skill, plan.skills))


def _admits(wider: Step, step: Step) -> bool:
    """Say whether everybody who meets the step meets the wider one too."""
    return (
        all(step.skills.get(skill, 0) >= level for skill, level in wider.skills.items())
        and _any_of(wider.teams, step.teams)
        and _any_of(wider.tiers, step.tiers)
        and _any_of(wider.people, step.people)
    )


def _any_of(wider: list[str], names: list[str]) -> bool:
    return not wider or (bool(names) and set(names) <= set(wider))


def _overflow(plan: Plan, _known: Known) -> Iterator[Fault]:
    for key, queue in plan.queues.items():
        if queue.overflow is None:
            continue
        where: Path = ("queues", key, "overflow")
        to = queue.overflow.to
        if to not in plan.queues:
            yield Fault(where, _unknown("queue", to, plan.queues))
        elif plan.queues[to].channel != queue.channel:
            yield Fault(where, f"{to!r} is of another channel ({plan.queues[to].channel}).")
        elif key in (circle := _follow(plan, key)):
            yield Fault(where, f"It goes round in a circle: {' → '.join([key, *circle])}. Let it end somewhere.")
        elif (
            to not in _follow(plan, to)
            and (after := plan.queues[to].overflow)
            and after.after_seconds <= queue.overflow.after_seconds
        ):
            words = f"Contacts have waited longer than that when they come to {to!r}, which sends them on after"
            yield Fault(where, f"{words} {after.after_seconds} s in all. Give {to!r} more seconds.")


def _follow(plan: Plan, key: str) -> list[str]:
    """Return the queues that a contact of this one comes to by overflow, until one that it has been in."""
    passed: list[str] = []
    queue: QueueRules | None = plan.queues[key]
    while queue and queue.overflow and queue.overflow.to not in passed:
        passed.append(queue.overflow.to)
        queue = plan.queues.get(queue.overflow.to)
    return passed


def _reachable(plan: Plan, _known: Known) -> Iterator[Fault]:
    """Yield the queues to which no contact comes; a telephone system names the queues of calls."""
    come = {key for key, queue in plan.queues.items() if queue.channel == "voice" or queue.by_hand}
    reasons = {reason for queue in plan.queues.values() for route in queue.routes for reason in route.reasons}
    for channel in {queue.channel for queue in plan.queues.values()}:
        come |= {queue_for(plan, channel, reason) for reason in (None, *reasons)}
    if any(queue.overflow and queue.overflow.to not in plan.queues for queue in plan.queues.values()):
        return  # that is told, and may be why
    for key in [*come]:
        come.update(_follow(plan, key))
    for key in plan.queues:
        if key not in come:
            words = "No contact comes to it: none begins here, and none overflows to it. "
            yield Fault(("queues", key), words + "Say by_hand = true where reps hand contacts on to it.")


def _names(plan: Plan, known: Known) -> Iterator[Fault]:
    for kind, names, path, name in _used(plan, known):
        if names is not None and name not in names:
            yield Fault(path, _unknown(kind, name, names))


def _used(plan: Plan, known: Known) -> Iterator[tuple[str, Collection[str] | None, Path, str]]:
    """Yield every name of something outside the plan: its kind, those known, where it stands, and itself."""
    for segment in plan.priority.segments:
        yield "segment", known.segments, ("priority", "segments", segment), segment
    for part, reasons in (("priority", plan.priority.reasons), ("recontact", plan.recontact.reasons)):
        for reason in reasons:
            yield "reason", known.reasons, (part, "reasons", reason), reason
    for key, queue in plan.queues.items():
        for number, route in enumerate(queue.routes):
            where: Path = ("queues", key, "routes", number)
            for place, reason in enumerate(route.reasons):
                yield "reason", known.reasons, (*where, "reasons", place), reason
            for place, step in enumerate(route.steps):
                yield from _used_in(step, known, (*where, "steps", place))


def _used_in(step: Step, known: Known, where: Path) -> Iterator[tuple[str, Collection[str] | None, Path, str]]:
    for kind, names, told in (
        ("team", known.teams, step.teams),
        ("tier", known.tiers, step.tiers),
        ("person", known.people, step.people),
    ):
        for name in told:
            yield kind, names, (*where, "people" if kind == "person" else f"{kind}s"), name


def _unknown(kind: str, name: str, names: Collection[str]) -> str:
    have = ", ".join(sorted(names)[:12]) or "none"
    return f"There is no {kind} {name!r}; there are: {have}."
