"""The rules a replay can follow: the two of every log, a plan of routing, or a few terms on the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rapport.kit.errors import Invalid
from rapport.routing.plan.reading import read_plan
from rapport.routing.plan.rules import Channel, Plan
from rapport.routing.policy import LONGEST_IDLE, ONE_EACH, By, Capacity, Choice, Need, Step
from rapport.routing.routes import Here, capacity_of, choice_of, queue_for, route_for, seconds_granted, steps_of

from .hours import skill_of

FIFO, RECORDED = "fifo", "recorded-priority"
PLAN_ENDINGS = (".toml", ".json")
OTHER_TERMS = ("ceiling", "specialists", "anyone")
TERMS = "segment:KEY=SECONDS, reason:KEY=SECONDS, ceiling=SECONDS, specialists=SECONDS, anyone=SECONDS"
CHANNELS: tuple[Channel, ...] = ("chat", "voice", "email")
Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Floor:
    """What is known: names and numbers of the reps, what each knows, their teams, and what contacts are of."""

    names: Mapping[str, int]
    skills: Mapping[int, Mapping[str, int]]
    segments: frozenset[str]
    reasons: frozenset[str]
    teams: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset({"voice"})

    @property
    def known(self) -> frozenset[str]:
        """What anybody knows."""
        return frozenset(skill for skills in self.skills.values() for skill in skills)


class Rule:
    """How contacts are routed by segment and reason, in the terms of the policy.

    As it stands: who asked first goes first, to whoever knows the reason (to anyone, where nobody does).
    """

    choice: Choice = LONGEST_IDLE
    capacity: Capacity = ONE_EACH

    def __init__(self, name: str, floor: Floor) -> None:
        self.name = name
        self.floor = floor

    def head_start_seconds(self, *, segment: str, reason: str, channel: str = "voice") -> float:
        """How much longer than they have such contacts count as having waited."""
        return 0.0

    def steps(self, reason: str, channel: str = "voice") -> Steps:
        """Who may serve contacts for the reason."""
        skill = skill_of(reason)
        return (Step((Need(skill),)),) if skill in self.floor.known else ()


class TermsRule(Rule):
    """Head starts by segment and reason up to a ceiling; specialists first; after a while anyone."""

    def __init__(self, name: str, floor: Floor, seconds: Mapping[str, float]) -> None:
        super().__init__(name, floor)
        self._seconds = seconds

    def head_start_seconds(self, *, segment: str, reason: str, channel: str = "voice") -> float:
        """What segment and reason grant together, up to the ceiling."""
        granted = self._seconds.get(f"segment:{segment}", 0.0) + self._seconds.get(f"reason:{reason}", 0.0)
        return min(granted, self._seconds.get("ceiling", float("inf")))

    def steps(self, reason: str, channel: str = "voice") -> Steps:
        """Those who know the reason, the specialists first if that was asked; then anyone, if that was."""
        known = super().steps(reason)
        if not known:
            return known
        steps = [*self._specialists(skill_of(reason)), *known]
        if "anyone" in self._seconds:
            steps = [*steps[:-1], Step(known[0].needs, self._seconds["anyone"]), Step()]
        return tuple(steps)

    def _specialists(self, skill: str) -> list[Step]:
        """One step for each level of the skill but the lowest, from the highest: those who know little else."""
        if "specialists" not in self._seconds:
            return []
        levels = {skills[skill] for skills in self.floor.skills.values() if skill in skills}
        return [
            Step((Need(skill, level),), self._seconds["specialists"])
            for level in sorted(levels, reverse=True)[:-1]
        ]


class PlanRule(Rule):
    """What a plan of routing says. Reasons, segments and people are named as in the log, skills by `skill_of`.

    Hours, overflow, own reps, promises due and repeated contacts do not count, nor do teams and roles in a log
    that does not tell of them. A contact takes as long beside others as alone.
    """

    def __init__(self, name: str, floor: Floor, plan: Plan, own_starts: Mapping[str, float]) -> None:
        super().__init__(name, floor)
        self._plan = plan
        self._own_starts = own_starts
        self._here = Here(teams=floor.teams, people=floor.names)
        self.choice = choice_of(plan, 0)
        if self.choice.by is By.LEAST_OCCUPIED or plan.capacity.occupancy_ceiling is not None:
            raise Invalid(f"{name}: a replay does not follow occupancy; choose otherwise and name no ceiling.")
        if _gives_several(plan, floor.channels):
            self.capacity = capacity_of(plan)
        if missing := sorted(_asked_skills(plan) - floor.known):
            raise Invalid(
                f"{name}: nobody in the log has shown {', '.join(missing)}. Skills are the reasons that reps "
                f"answered and those on file: {', '.join(sorted(floor.known))}."
            )

    def head_start_seconds(self, *, segment: str, reason: str, channel: str = "voice") -> float:
        """What the plan grants."""
        own = self._own_starts.get(segment, 0.0)
        return seconds_granted(
            self._plan.priority, segment=segment, segments_own_seconds=own, reason=reason, channel=channel
        )

    def steps(self, reason: str, channel: str = "voice") -> Steps:
        """The steps of the reason's route in the channel's queue."""
        queue = queue_for(self._plan, channel, reason)
        return steps_of(route_for(self._plan, queue, reason), self._here)


def read_rule(text: str, floor: Floor, segment_starts: Mapping[str, float]) -> Rule:
    """Return the rule that was named.

    Args:
        text: `fifo`, `recorded-priority`, the path of a plan, or terms with commas between them.
        floor: who is there.
        segment_starts: the head start in seconds of each segment that has one in the log.

    Raises:
        Invalid: it names no rule, or the plan has faults.
    """
    if text == FIFO:
        return Rule(text, floor)
    if text == RECORDED:
        return TermsRule(text, floor, {f"segment:{key}": start for key, start in segment_starts.items()})
    if text.endswith(PLAN_ENDINGS):
        return PlanRule(text, floor, _plan(Path(text)), segment_starts)
    if "=" not in text:
        raise Invalid(f"There is no policy {text!r}; name {FIFO}, {RECORDED}, a plan (.toml or .json) or {TERMS}.")
    told = {}
    for term in text.split(","):
        name, _, value = term.strip().rpartition("=")
        told[name] = _seconds(term, value)
    names = {
        *OTHER_TERMS,
        *(f"segment:{key}" for key in floor.segments),
        *(f"reason:{key}" for key in floor.reasons),
    }
    if unknown := sorted(set(told) - names):
        raise Invalid(
            f"In the policy {text!r}, {unknown[0]!r} is no term; there are {TERMS}, with the segments "
            f"{_listed(floor.segments)} and the reasons {_listed(floor.reasons)}."
        )
    return TermsRule(text, floor, told)


def _listed(keys: frozenset[str]) -> str:
    return ", ".join(sorted(filter(None, keys))) or "none"


def _plan(path: Path) -> Plan:
    try:
        return read_plan(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        raise Invalid(f"The plan {path} cannot be read: {fault}.") from fault


def _seconds(term: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise Invalid(f"In {term.strip()!r}, say the seconds as a number not below 0.")
    return seconds


def _gives_several(plan: Plan, channels: frozenset[str]) -> bool:
    """Whether a rep may have more than one contact of these channels in hand."""
    here = [channel for channel in CHANNELS if channel in channels]
    limits, beside = plan.capacity.limits, plan.capacity.beside
    return any(limits.get(one, 1) > 1 or set(beside.get(one, ())) & set(here) for one in here)


def _asked_skills(plan: Plan) -> set[str]:
    routes = (route for queue in plan.queues.values() for route in queue.routes)
    return {skill for route in routes for step in route.steps for skill in step.skills}
