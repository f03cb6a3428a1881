"""The terms of the routing policy: who waits for whom, who may be offered what, who is the best among several.

Pure: standard library only. Times are floats in epoch seconds (or seconds of a simulated clock); durations are
seconds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

Kind = tuple[str, str]
Rank = tuple[float, int, float, int]
NOTHING: Mapping[str, int] = {}


class Need(NamedTuple):
    """A skill at this level or higher (levels 1 to 5), or a permit: its name, unlike a skill's, has a space."""

    skill: str
    level: int = 1

    def __str__(self) -> str:
        return self.skill if self.is_permit else f"{self.skill} {self.level}"

    @property
    def is_permit(self) -> bool:
        """Whether it is a permit, which one has or has not."""
        return " " in self.skill


class Condition(NamedTuple):
    """What a step asks of a rep, without its timing."""

    needs: tuple[Need, ...]
    teams: tuple[str, ...]
    tiers: tuple[str, ...]
    people: tuple[int, ...]

    def met_by(self, rep: "Rep") -> bool:
        """Whether the rep fits, busy or not."""
        for skill, level in self.needs:
            if rep.skills.get(skill, 0) < level:
                return False
        return (
            (not self.teams or rep.team in self.teams)
            and (not self.tiers or rep.tier in self.tiers)
            and (not self.people or rep.id in self.people)
        )


@dataclass(frozen=True)
class Step:
    """All of `needs`; if given, any of `teams`, any of `tiers`, any of `people` (ids of reps).

    After `seconds` the next step counts too (None: this is as wide as it gets). With `skip_if_absent` the step
    has run out at once while nobody signed in meets it. `called` says in words whom it is for, where what it asks
    of a rep does not.
    """

    needs: tuple[Need, ...] = ()
    seconds: float | None = None
    _: KW_ONLY
    teams: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    people: tuple[int, ...] = ()
    skip_if_absent: bool = False
    called: str = ""

    @cached_property
    def condition(self) -> Condition:
        """What the step asks of a rep."""
        return Condition(self.needs, self.teams, self.tiers, self.people)

    def __str__(self) -> str:
        if self.called:
            return self.called
        asked = [*map(str, self.needs)]
        if self.teams:
            asked.append(f"team {' or '.join(self.teams)}")
        if self.tiers:
            asked.append(f"tier {' or '.join(self.tiers)}")
        if self.people:
            asked.append("the named rep" if len(self.people) == 1 else f"one of {len(self.people)} named reps")
        return " and ".join(asked) or "any rep"


ANYONE = (Step(),)


class By(StrEnum):
    """Who is first among those who meet the same step; ties by fewest in hand, longest idle, then by id.

    Proficiency is the sum of the rep's levels in the skills which the step needs. The expected outcome comes from
    `Scores`.
    """

    LONGEST_IDLE = "longest_idle"
    LEAST_OCCUPIED = "least_occupied"
    MOST_PROFICIENT = "most_proficient"
    BEST_OUTCOME = "best_outcome"


@dataclass(frozen=True, slots=True)
class Choice:
    """Who among several: by this rule, except that a share of contacts draws a rep by chance.

    The draw depends on `seed` and the contact's id alone, so it can be repeated at any later time.
    """

    by: By = By.LONGEST_IDLE
    random_share: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.random_share <= 1:
            raise ValueError("the random share must be from 0 to 1")

    def draw(self, contact: int) -> int | None:
        """Return the number this contact drew, below 2**64; None when the rule chooses."""
        if not self.random_share:
            return None
        digest = blake2b(f"{self.seed}:{contact}".encode(), digest_size=16).digest()
        if int.from_bytes(digest[:8]) >= self.random_share * 2**64:
            return None
        return int.from_bytes(digest[8:])


LONGEST_IDLE = Choice()


@dataclass(frozen=True, slots=True)
class Scores:
    """The outcome to expect by the kind of contact and the rep, higher being better.

    A rep who is not known has the `usual` outcome of the kind, and that of a kind nobody knows is `unknown`.
    `counted`: on how many known outcomes it rests.
    """

    known: Mapping[tuple[Kind, int], float] = field(default_factory=dict)
    unknown: float = 0.0
    usual: Mapping[Kind, float] = field(default_factory=dict)
    counted: Mapping[tuple[Kind, int], int] = field(default_factory=dict)

    def of(self, kind: Kind, rep: int) -> float:
        """Return the outcome to expect."""
        found = self.known.get((kind, rep))
        return self.usual.get(kind, self.unknown) if found is None else found


NO_SCORES = Scores()


class Rep(NamedTuple):
    """A rep who is signed in, with what is in hand by channel; without `takes` nothing is offered now.

    `idle_since`: since when they have had nothing new; `occupancy`: the share of late spent on contacts, 0 to 1.
    """

    id: int
    skills: Mapping[str, int] = NOTHING
    idle_since: float = 0.0
    team: str = ""
    tier: str = ""
    handling: Mapping[str, int] = NOTHING
    occupancy: float = 0.0
    takes: bool = True

    @property
    def load(self) -> int:
        """How many contacts are in hand."""
        return sum(self.handling.values()) if self.handling else 0


class Waiting(NamedTuple):
    """A contact in the queue; with no steps any rep will do.

    `passed_by` holds the reps who declined or missed it; `kind` is its reason and segment, for scores.
    """

    id: int
    queue: str
    placed_at: float
    head_start_seconds: float = 0.0
    steps: tuple[Step, ...] = ()
    passed_by: frozenset[int] = frozenset()
    channel: str = ""
    kind: Kind = ("", "")
    choice: Choice = LONGEST_IDLE

    @property
    def order(self) -> tuple[float, int]:
        """Its place in the order of the queue."""
        return self.placed_at - self.head_start_seconds, self.id

    @property
    def permits(self) -> tuple[str, ...]:
        """The permits without which nobody is offered it: every step asks for them."""
        return tuple(need.skill for need in self.steps[0].needs if need.is_permit) if self.steps else ()

    def beginnings(self, is_absent: Callable[[int], bool]) -> Iterator[float]:
        """Yield when each step begins to count, as far as widening goes, given which ones nobody here meets."""
        begin = self.placed_at
        yield begin
        for index, step in enumerate(self.steps[:-1]):
            if not (step.skip_if_absent and is_absent(index)):
                if step.seconds is None:
                    return
                begin += step.seconds
            yield begin


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much a rep may have in hand.

    `limits`: how many contacts of each channel at most (1 where nothing is said). `beside`: for each channel,
    those in hand which it may join (none where nothing is said). `occupancy_ceiling`: a rep above it is offered
    nothing, whoever waits.
    """

    limits: Mapping[str, int] = field(default_factory=dict)
    beside: Mapping[str, frozenset[str]] = field(default_factory=dict)
    occupancy_ceiling: float | None = None

    def hindrance(self, handling: Mapping[str, int], channel: str) -> str | None:
        """Return the channel in hand that leaves no room for one more contact of `channel`, if any."""
        if handling.get(channel, 0) >= self.limits.get(channel, 1):
            return channel
        for other, count in handling.items():
            if count and other != channel and other not in self.beside.get(channel, ()):
                return other
        return None

    def is_above_ceiling(self, rep: Rep) -> bool:
        """Whether the rep has been busier than the ceiling allows."""
        return self.occupancy_ceiling is not None and rep.occupancy > self.occupancy_ceiling

    def admits(self, rep: Rep, channel: str) -> bool:
        """Whether the rep may be offered one more contact of the channel now."""
        return rep.takes and not self.is_above_ceiling(rep) and self.hindrance(rep.handling, channel) is None


ONE_EACH = Capacity()


@dataclass(frozen=True, slots=True)
class FloorState:
    """Who waits and who is signed in, in any order."""

    waiting: Sequence[Waiting]
    reps: Sequence[Rep]
    capacity: Capacity = ONE_EACH
    scores: Scores = NO_SCORES


def rank(rep: Rep, by: By, needs: tuple[Need, ...], kind: Kind, scores: Scores) -> Rank:
    """Return where the rep stands among those who meet the same step: the lowest is the best."""
    first = 0.0
    if by is By.LEAST_OCCUPIED:
        first = rep.occupancy
    elif by is By.MOST_PROFICIENT:
        first = -float(sum(rep.skills.get(need.skill, 0) for need in needs if not need.is_permit))
    elif by is By.BEST_OUTCOME:
        first = -scores.of(kind, rep.id)
    return first, rep.load, rep.idle_since, rep.id


def next_widening(waiting: Waiting, now: float) -> float | None:
    """When the contact's next step begins to count, or None when it is as wide as it gets.

    For a contact whose steps may be skipped, ask the `Line` it stands in, which knows who is signed in.
    """
    return next((begin for begin in waiting.beginnings(lambda index: False) if begin > now), None)
