"""Reps whose hours and skills are on file: nothing has to be inferred from the contacts they answered."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from rapport.contacts.call_logs.records import CallRecord

from .engine import Shift
from .hours import LAST_SERVICE_SHARE, Hours

BUSY = frozenset({"reserved", "on_contact", "wrap_up"})
ON_FLOOR = BUSY | {"available"}
SEAMLESS_SECONDS = 1.0
COVERED_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Profile:
    """What is on file of a rep: skills with levels, team and role."""

    skills: Mapping[str, int] = field(default_factory=dict)
    team: str = ""
    tier: str = ""


@dataclass(frozen=True, slots=True)
class Crew:
    """The reps by agent id: what is on file of each, and the stretches in which they took contacts.

    `ring_seconds`: how long a contact rings at a rep; `wrap_up_seconds`: the wrap-up; both on average.
    """

    profiles: Mapping[str, Profile]
    stretches: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)
    ring_seconds: float = 0.0
    wrap_up_seconds: float = 0.0


@dataclass(slots=True)
class _Stretch:
    """One stretch on the floor, and since when the rep has been busy at its end (None: they are not)."""

    begins: float
    ends: float
    busy_since: float | None = None

    def shift_ends(self) -> float:
        """When the rep takes the last contact; `hours` says why half of it counts."""
        if self.busy_since is None:
            return self.ends
        return self.ends - LAST_SERVICE_SHARE * (self.ends - self.busy_since)


def crew_of(spans: Iterable[tuple[str, str, float, float]], profiles: Mapping[str, Profile]) -> Crew:
    """The crew from a ledger of states.

    Args:
        spans: agent id, state, and when it began and ended, in order of time for each rep.
        profiles: what is on file of each rep.
    """
    stretches: dict[str, list[_Stretch]] = defaultdict(list)
    seconds: defaultdict[str, float] = defaultdict(float)
    contacts = 0
    for agent, doing, begun, ended in spans:
        if doing not in ON_FLOOR:
            continue
        mine = stretches[agent]
        if not mine or begun - mine[-1].ends > SEAMLESS_SECONDS:
            mine.append(_Stretch(begun, ended))
        mine[-1].ends = max(ended, mine[-1].ends)
        if doing not in BUSY:
            mine[-1].busy_since = None
        elif doing == "reserved" or mine[-1].busy_since is None:
            mine[-1].busy_since = begun
        seconds[doing] += ended - begun
        contacts += doing == "on_contact"
    return Crew(
        profiles,
        {agent: [(one.begins, one.shift_ends()) for one in mine] for agent, mine in stretches.items()},
        ring_seconds=seconds["reserved"] / contacts if contacts else 0.0,
        wrap_up_seconds=seconds["wrap_up"] / contacts if contacts else 0.0,
    )


def is_covered(calls: Sequence[CallRecord], crew: Crew) -> bool:
    """Whether nearly every answer that names a rep fell within a stretch of theirs."""
    named = [(call.agent_id, call.answered_at.timestamp()) for call in calls if call.answered_at and call.agent_id]
    begins = {agent: [begin for begin, _ in mine] for agent, mine in crew.stretches.items()}
    within = 0
    for agent, at in named:
        index = bisect_right(begins.get(agent, []), at + SEAMLESS_SECONDS) - 1
        within += index >= 0 and at <= crew.stretches[agent][index][1] + SEAMLESS_SECONDS
    return bool(named) and within >= COVERED_SHARE * len(named)


def hours_on_file(calls: Sequence[CallRecord], crew: Crew) -> Hours:
    """The hours as the ledger has them."""
    agents = sorted({*crew.stretches, *(call.agent_id for call in calls if call.answered_at and call.agent_id)})
    names = {agent: number for number, agent in enumerate(agents)}
    rep = [names[call.agent_id] if call.answered_at and call.agent_id else -1 for call in calls]
    shifts = [
        Shift(names[agent], begin, max(end, begin + 1.0))
        for agent in agents
        for begin, end in crew.stretches.get(agent, ())
    ]
    beside_talk = crew.ring_seconds + crew.wrap_up_seconds
    return profiled(Hours(shifts, beside_talk, np.array(rep, dtype=np.int64), names), crew)


def profiled(hours: Hours, crew: Crew) -> Hours:
    """The hours, with what is on file of the reps besides what they have shown."""
    agents = {number: agent for agent, number in hours.names.items()}

    def known(shift: Shift) -> Shift:
        profile = crew.profiles.get(agents.get(shift.rep, ""))
        if profile is None:
            return shift
        skills = {**shift.skills, **profile.skills}
        return replace(shift, skills=skills, team=profile.team, tier=profile.tier)

    return replace(hours, shifts=[known(shift) for shift in hours.shifts])
