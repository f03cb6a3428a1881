"""Makes traces: who was eligible, who was passed over and why, what it would take.

However large the floor, of an assignment it looks at few more reps than it tells of. Pure: standard library only.
"""

from collections.abc import Collection, Iterator, Set
from itertools import islice
from typing import Any, NamedTuple

from rapport.routing.bench import Bench
from rapport.routing.place import Pick, Place, Standing
from rapport.routing.terms import By, Condition, Rep
from rapport.routing.trace import PassedOver, Trace

TOLD_REPS = 20
IN_HAND = {
    "voice": ("call", "calls"),
    "chat": ("chat", "chats"),
    "email": ("e-mail", "e-mails"),
    "sms": ("text message", "text messages"),
    "callback": ("call-back", "call-backs"),
}


class Moment(NamedTuple):
    """What a trace tells beside the place itself: the time, the position, who is taken, and who was picked."""

    now: float
    position: int | None
    taken: Collection[int] = ()
    pick: Pick | None = None


def trace_of(place: Place, bench: Bench, moment: Moment) -> Trace:
    """Explain the pick, or the wait; to be called before the picked rep is taken."""
    return _Explainer(place, bench, moment).trace()


class _Explainer:
    def __init__(self, place: Place, bench: Bench, moment: Moment) -> None:
        self.place = place
        self.bench = bench
        self.now, self.position, self.taken, self.pick = moment
        self.waiting = place.waiting
        self.begins = place.beginnings()
        self.reached = len(place.pools)
        self.eligible = list(islice(place.standings(), TOLD_REPS + 1))

    def trace(self) -> Trace:
        waiting, place, pick = self.waiting, self.place, self.pick
        step = pick.step if pick else self.reached - 1
        eligible_count = _count([pool.reps.keys() for pool in place.pools])
        fitting_count = _count([group.members for group in place.groups[: self.reached]])
        return Trace(
            contact=waiting.id,
            queue=waiting.queue,
            channel=waiting.channel,
            rep=pick.rep if pick else None,
            by=waiting.choice.by,
            drawn=pick is not None and pick.drawn,
            propensity=(1 / pick.among if pick.drawn else 1.0) if pick else None,
            step=step,
            steps=tuple(map(str, place.steps)),
            people=place.steps[step].people,
            absent=tuple(n for n in range(step) if place.steps[n].skip_if_absent and not place.groups[n].ids),
            waited_seconds=max(0.0, self.now - waiting.placed_at),
            head_start_seconds=waiting.head_start_seconds,
            position=self.position,
            eligible=tuple(one.rep for one in self.eligible[:TOLD_REPS]),
            eligible_count=eligible_count,
            busy_count=fitting_count - eligible_count,
            passed_over=tuple(islice(self._passed_over(), TOLD_REPS)),
            passed_over_count=len(self.bench.ids) - (1 if pick else eligible_count),
            widens_in_seconds=next((begin - self.now for begin in self.begins if begin > self.now), None),
            **self._expected(),
        )

    def _expected(self) -> dict[str, Any]:
        """What is expected of the rep who was picked, where the choice goes by it."""
        if self.pick is None or self.waiting.choice.by is not By.BEST_OUTCOME:
            return {}
        scores, rep = self.bench.scores, self.pick.rep
        counted = scores.counted.get((self.waiting.kind, rep), 0)
        return {"expected": scores.of(self.waiting.kind, rep), "expected_of": counted}

    def _passed_over(self) -> Iterator[PassedOver]:
        """First who was free and came second, then who fits and was not free, then the rest by id."""
        if self.pick:
            yield from (PassedOver(one.rep, *self._second(one, self.pick)) for one in self._others(self.pick))
        for step in range(self.reached):
            for rep_id in self.place.groups[step].ids:
                if not self._fits(rep_id, step) and not any(rep_id in pool.reps for pool in self.place.pools):
                    yield PassedOver(rep_id, *self._not_free(self.bench.seats[rep_id].rep))
        for rep_id in self.bench.ids:
            if not self._fits(rep_id, self.reached):
                yield PassedOver(rep_id, *self._unfit(self.bench.seats[rep_id].rep))

    def _others(self, pick: Pick) -> Iterator[Standing]:
        return (one for one in self.eligible if one.rep != pick.rep)

    def _fits(self, rep_id: int, before: int) -> bool:
        """Whether the rep meets a step before this one."""
        return any(rep_id in group.members for group in self.place.groups[:before])

    def _second(self, other: Standing, pick: Pick) -> tuple[str, str]:
        """Why somebody eligible came after the one picked."""
        if other.declined and pick.rep not in self.waiting.passed_by:
            return "declined", "declined or missed this contact before"
        if other.step > pick.step:
            return "wider_step", f"fits only the wider step {other.step + 1}"
        if pick.drawn:
            return "not_drawn", "was not drawn"
        by, pool = self.waiting.choice.by, self.place.pools[pick.step]
        best = pool.rank(pool.reps[pick.rep], by, self.waiting.kind)
        if other.rank[:2] == best[:2]:
            less = other.rank[2] > best[2]
            return "behind", "has been idle for less long" if less else "has been idle as long (order by number)"
        if other.rank[0] == best[0]:
            return "behind", f"has more in hand ({other.rank[1]}, not {best[1]})"
        if by is By.LEAST_OCCUPIED:
            return "behind", f"is busier ({other.rank[0]:.0%}, not {best[0]:.0%})"
        if by is By.MOST_PROFICIENT:
            return "behind", f"is less proficient ({-other.rank[0]:.0f}, not {-best[0]:.0f})"
        return "behind", f"has a lower expected outcome ({-other.rank[0]:.1%}, not {-best[0]:.1%})"

    def _not_free(self, rep: Rep) -> tuple[str, str]:
        """Why somebody who fits could not take the contact."""
        capacity, channel = self.bench.capacity, self.waiting.channel
        blocking = capacity.hindrance(rep.handling, channel)
        if blocking == channel:
            limit = capacity.limits.get(channel, 1)
            return "full", f"has {rep.handling.get(channel, 0)} of {limit} {in_hand(channel, limit)} in hand"
        if blocking is not None:
            return "full", f"has a {in_hand(blocking, 1)} in hand, with no {in_hand(channel, 1)} beside it"
        if capacity.is_above_ceiling(rep):
            ceiling = capacity.occupancy_ceiling
            return "above_ceiling", f"is above the occupancy ceiling ({rep.occupancy:.0%}, ceiling {ceiling:.0%})"
        if rep.id in self.taken:
            return "taken", "is taken by a contact before in line"
        return "reserved", "takes nothing just now"

    def _unfit(self, rep: Rep) -> tuple[str, str]:
        """What somebody who meets no step reached lacks, or when they will fit."""
        for index in range(self.reached, len(self.begins)):
            if rep.id in self.place.groups[index].members:
                return "later_step", f"fits only from step {index + 1}, in {self.begins[index] - self.now:.0f} s"
        return "unfit", " and ".join(lacks(self.place.groups[self.reached - 1].condition, rep))


def lacks(condition: Condition, rep: Rep) -> list[str]:
    """Return in words what a rep lacks who does not meet the condition."""
    lacking = [need for need in condition.needs if rep.skills.get(need.skill, 0) < need.level]
    said = []
    if lacking:
        with_own = (
            str(need) if need.is_permit else f"{need} (has {rep.skills.get(need.skill, 0)})" for need in lacking
        )
        said.append(f"lacks {' and '.join(with_own)}")
    if condition.teams and rep.team not in condition.teams:
        said.append(f"is not in team {' or '.join(condition.teams)}")
    if condition.tiers and rep.tier not in condition.tiers:
        said.append(f"is not of tier {' or '.join(condition.tiers)}")
    if condition.people and rep.id not in condition.people:
        said.append("is not named")
    return said


def _count(parts: list[Set[int]]) -> int:
    """How many there are in all, each counted once; the largest part is not copied."""
    *smaller, largest = sorted(parts, key=len)
    return len(largest) + sum(one not in largest for one in set().union(*smaller)) if smaller else len(largest)


def in_hand(channel: str, count: int) -> str:
    """Return what so many contacts of the channel are called."""
    one, several = IN_HAND.get(channel, (f"{channel} contact".strip(), f"{channel} contacts".strip()))
    return one if count == 1 else several
