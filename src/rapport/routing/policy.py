"""Who serves whom next: a pure function of the floor and the time.

The live router and the simulation both call `decide`. It reads nothing but its arguments (standard library
only), so the same floor at the same time always gives the same assignments, in whatever order it was listed.

The rules, in order:

1. Contacts are taken by the time they were placed in the queue, less their segment's head start; ties by id.
2. A contact's steps say what a rep must know. The first counts at once, the next when the first has run for
   its seconds, and so on. Steps add up: who met an earlier step still may serve, and is preferred.
3. Among reps who meet the same step, the one idle longest; ties by id.
4. A rep who declined or missed this contact is asked again only when nobody else who may serve it is free.
5. Nobody overtakes: a contact gets no rep whom an earlier contact could have had.

Times are floats in epoch seconds (or seconds of a simulated clock); durations are seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from operator import attrgetter
from typing import Any


@dataclass(frozen=True, slots=True)
class Need:
    """A skill at this level or higher (levels 1 to 5)."""

    skill: str
    level: int = 1

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"


@dataclass(frozen=True, slots=True)
class Step:
    """All of `needs`; after `seconds` the next step counts too (None: this is as wide as it gets)."""

    needs: tuple[Need, ...] = ()
    seconds: float | None = None

    def __str__(self) -> str:
        return " and ".join(map(str, self.needs)) or "any rep"


ANYONE = (Step(),)
TOLD_REPS = 20


@dataclass(frozen=True, slots=True)
class Rep:
    """A rep who is free for one more contact, idle since then."""

    id: int
    skills: Mapping[str, int] = field(default_factory=dict)
    idle_since: float = 0.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A contact in the queue; with no steps any rep will do.

    `passed_by` holds the reps who declined or missed it.
    """

    id: int
    queue: str
    placed_at: float
    head_start_seconds: float = 0.0
    steps: tuple[Step, ...] = ()
    passed_by: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class FloorState:
    """Who waits and who is free, in any order."""

    waiting: Sequence[Waiting]
    reps: Sequence[Rep]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A free rep who did not get the contact, and why."""

    rep: int
    reason: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a contact went where it went, or why it still waits (`rep` is None).

    On a large floor only the first 20 eligible and the first 20 passed over are told; the counts are of all.

    `step` is the index of the step that matched, or of the widest one reached; `eligible` are the free reps
    who met a step reached by then, best first; `position` is the place in the order of the queue, from 1.
    """

    contact: int
    queue: str
    rep: int | None
    step: int
    steps: tuple[str, ...]
    waited_seconds: float
    head_start_seconds: float
    position: int | None
    eligible: tuple[int, ...]
    eligible_count: int
    passed_over: tuple[PassedOver, ...]
    passed_over_count: int
    widens_in_seconds: float | None

    def as_dict(self) -> dict[str, Any]:
        """The trace as JSON-able data."""
        return asdict(self)

    def words(self, names: Mapping[int, str] | None = None) -> str:
        """The trace as sentences for a supervisor; `names` says what to call the reps."""
        told = (self._wait_in_words(), self._choice_in_words(names or {}), self._passed_in_words(names or {}))
        return " ".join(filter(None, told))

    def _wait_in_words(self) -> str:
        verb = "Waited" if self.rep is not None else "Waiting"
        place = f", number {self.position} in line" if self.position else ""
        start = f" with a head start of {self.head_start_seconds:.0f} s" if self.head_start_seconds else ""
        step = self.steps[self.step]
        wider = f" (step {self.step + 1} of {len(self.steps)})" if self.step else ""
        wants = "" if step == str(Step()) else f"; wants {step}{wider}"
        return f"{verb} {self.waited_seconds:.0f} s{place}{start}{wants}."

    def _choice_in_words(self, names: Mapping[int, str]) -> str:
        count = self.eligible_count
        if self.rep is not None:
            among = "the only free rep who fits" if count == 1 else f"the best of {count} free reps who fit"
            return f"{_called(self.rep, names)} was {among}."
        widening = f" In {self.widens_in_seconds:.0f} s the next step counts." if self.widens_in_seconds else ""
        if count:
            fit = "rep fits" if count == 1 else "reps fit"
            return f"{count} free {fit}, with others before in line.{widening}"
        return f"No free rep fits.{widening}"

    def _passed_in_words(self, names: Mapping[int, str]) -> str:
        told = [f"{_called(one.rep, names)} {one.reason}" for one in self.passed_over]
        if more := self.passed_over_count - len(told):
            told.append(f"and {more} more")
        return f"Passed over: {'; '.join(told)}." if told else ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """This contact goes to this rep; the trace is None when none was asked for."""

    contact: int
    rep: int
    trace: Trace | None = None


_ORDER_OF_REPS = attrgetter("idle_since", "id")


def _order_of_contacts(contact: Waiting) -> tuple[float, int]:
    return contact.placed_at - contact.head_start_seconds, contact.id


def decide(floor: FloorState, now: float, *, traced: bool = True) -> list[Assignment]:
    """Match waiting contacts with free reps, in the order of the queue.

    Args:
        floor: who waits and who is free; the order in which they are listed does not matter.
        now: the time, in the unit and from the origin of `placed_at` and `idle_since`.
        traced: whether each assignment says why. Without traces the same decisions cost far less.

    Returns:
        One assignment for each contact that can be served now; each rep appears at most once.
    """
    if not floor.waiting or not floor.reps:
        return []
    if not traced and (only := _only_choice(floor)):
        return only
    bench = _Bench(floor.reps)
    made: list[Assignment] = []
    for position, contact in enumerate(sorted(floor.waiting, key=_order_of_contacts), 1):
        choice = bench.choose(contact, now)
        if choice is None:
            continue
        rep = choice[1]
        trace = _trace(contact, bench, now, position=position, chosen=choice) if traced else None
        made.append(Assignment(contact.id, rep.id, trace))
        bench.taken.add(rep.id)
        if len(made) == len(floor.reps):
            break
    return made


def _only_choice(floor: FloorState) -> list[Assignment] | None:
    """The decision where it is plain: one contact or one rep, and whoever comes first will do."""
    if len(floor.reps) != 1 and len(floor.waiting) != 1:
        return None
    contact = min(floor.waiting, key=_order_of_contacts)
    if contact.steps or contact.passed_by:
        return None
    return [Assignment(contact.id, min(floor.reps, key=_ORDER_OF_REPS).id)]


def explain_waiting(waiting: Waiting, reps: Iterable[Rep], now: float, *, position: int | None = None) -> Trace:
    """Why this contact still waits, given the reps who are free (`position`: its place in line, if known)."""
    return _trace(waiting, _Bench(list(reps)), now, position=position, chosen=None)


def next_widening(waiting: Waiting, now: float) -> float | None:
    """When the contact's next step begins to count, or None when it is as wide as it gets."""
    return next((begin for begin in _beginnings(waiting) if begin > now), None)


def _beginnings(contact: Waiting) -> list[float]:
    """When each step begins to count, as far as widening goes."""
    begins = [contact.placed_at]
    for step in contact.steps[:-1]:
        if step.seconds is None:
            break
        begins.append(begins[-1] + step.seconds)
    return begins


def _steps_reached(contact: Waiting, now: float) -> tuple[Step, ...]:
    steps = contact.steps or ANYONE
    if len(steps) == 1:
        return steps
    return steps[: max(1, sum(begin <= now for begin in _beginnings(contact)))]


def _meets(rep: Rep, needs: tuple[Need, ...]) -> bool:
    return all(rep.skills.get(need.skill, 0) >= need.level for need in needs)


class _Bench:
    """The free reps, longest idle first, and who of them is taken; filtered once for each set of needs."""

    def __init__(self, reps: Sequence[Rep]) -> None:
        self.taken: set[int] = set()
        self.reps = sorted(reps, key=_ORDER_OF_REPS)
        self._by_needs: dict[tuple[Need, ...], list[Rep]] = {}

    def choose(self, contact: Waiting, now: float) -> tuple[int, Rep] | None:
        """The index of the step and the rep this contact gets, if any."""
        asked_before = None
        for index, step in enumerate(_steps_reached(contact, now)):
            for rep in self._meeting(step.needs):
                if rep.id not in contact.passed_by:
                    return index, rep
                asked_before = asked_before or (index, rep)
        return asked_before

    def _meeting(self, needs: tuple[Need, ...]) -> Iterable[Rep]:
        """Those who meet the needs and are not taken."""
        last_first = self._by_needs.get(needs)
        if last_first is None:
            last_first = [rep for rep in reversed(self.reps) if _meets(rep, needs)] if needs else self.reps[::-1]
            self._by_needs[needs] = last_first
        while last_first and last_first[-1].id in self.taken:
            last_first.pop()
        return (rep for rep in reversed(last_first) if rep.id not in self.taken)


def _trace(
    contact: Waiting,
    bench: _Bench,
    now: float,
    *,
    position: int | None,
    chosen: tuple[int, Rep] | None,
) -> Trace:
    reached = _steps_reached(contact, now)
    ranked: list[tuple[bool, int, float, int]] = []
    others: list[tuple[Rep, bool]] = []
    for rep in bench.reps:
        step = next((index for index, step in enumerate(reached) if _meets(rep, step.needs)), None)
        if step is not None and rep.id not in bench.taken:
            ranked.append((rep.id in contact.passed_by, step, rep.idle_since, rep.id))
        else:
            others.append((rep, step is not None))
    ranked.sort()
    seconds = ranked[1:] if chosen else []
    told = [PassedOver(one[3], _second_to(ranked[0], one)) for one in seconds[:TOLD_REPS]]
    for rep, fits in others[: TOLD_REPS - len(told)]:
        reason = "is taken by a contact before in line" if fits else _lack(contact, rep, len(reached), now)
        told.append(PassedOver(rep.id, reason))
    widening = next_widening(contact, now)
    return Trace(
        contact=contact.id,
        queue=contact.queue,
        rep=chosen[1].id if chosen else None,
        step=chosen[0] if chosen else len(reached) - 1,
        steps=tuple(map(str, contact.steps or ANYONE)),
        waited_seconds=max(0.0, now - contact.placed_at),
        head_start_seconds=contact.head_start_seconds,
        position=position,
        eligible=tuple(one[3] for one in ranked[:TOLD_REPS]),
        eligible_count=len(ranked),
        passed_over=tuple(told),
        passed_over_count=len(seconds) + len(others),
        widens_in_seconds=None if widening is None else widening - now,
    )


def _second_to(best: tuple[bool, int, float, int], other: tuple[bool, int, float, int]) -> str:
    """Why the other came after the best, both as (declined before, step, idle since, id)."""
    if other[0] and not best[0]:
        return "declined or missed this contact before"
    if other[1] > best[1]:
        return f"fits only the wider step {other[1] + 1}"
    return "has been idle for less long" if other[2] > best[2] else "has been idle as long (order by number)"


def _lack(contact: Waiting, rep: Rep, reached: int, now: float) -> str:
    """What a rep who meets no step reached lacks, or when the rep will fit."""
    steps = contact.steps or ANYONE
    for index, begin in enumerate(_beginnings(contact)):
        if index >= reached and _meets(rep, steps[index].needs):
            return f"fits only from step {index + 1}, in {begin - now:.0f} s"
    missing = [need for need in steps[reached - 1].needs if rep.skills.get(need.skill, 0) < need.level]
    return "lacks " + " and ".join(f"{need} (has {rep.skills.get(need.skill, 0)})" for need in missing)


def _called(rep: int, names: Mapping[int, str]) -> str:
    return names.get(rep, f"Rep {rep}")
