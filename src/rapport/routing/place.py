"""The place in line of one contact: the steps it has reached, the pools it waits at, and whom it gets.

Pure: standard library only.
"""

from bisect import bisect_right, insort
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from rapport.routing.bench import Bench, Pool, remove
from rapport.routing.terms import ANYONE, Rank, Waiting

NEVER = float("inf")


class Pick(NamedTuple):
    """A rep for a contact: by which step, out of how many who come equally close; whether by chance."""

    step: int
    rep: int
    among: int
    drawn: bool


class Standing(NamedTuple):
    """Where an eligible rep stands, the lowest first: asked before or not, by step, by the rule."""

    declined: bool
    step: int
    rank: Rank

    @property
    def rep(self) -> int:
        """The rep's id."""
        return self.rank[-1]


class Place:
    """A contact in line. `pools` are those of the steps that count now; `due` is when time alone changes that."""

    __slots__ = ("due", "groups", "pools", "steps", "waiting")

    def __init__(self, waiting: Waiting, bench: Bench) -> None:
        self.waiting = waiting
        self.steps = waiting.steps or ANYONE
        self.groups = [bench.group(step.condition) for step in self.steps]
        self.pools: list[Pool] = []
        self.due = -NEVER
        for step, group in zip(self.steps, self.groups, strict=True):
            group.users += 1
            if step.skip_if_absent:
                group.watchers.add(waiting.id)

    def beginnings(self) -> list[float]:
        """When each step begins to count, given who is signed in."""
        return list(self.waiting.beginnings(lambda index: not self.groups[index].ids))

    def reach(self, now: float, bench: Bench) -> None:
        """Wait at the pools of every step that counts now, and know when the next one will."""
        begins = self.beginnings()
        reached = max(1, bisect_right(begins, now))
        for pool in self.pools[reached:]:
            remove(pool.contacts, self.waiting.order)
        del self.pools[reached:]
        for group in self.groups[len(self.pools) : reached]:
            pool = bench.pool(group, self.waiting.channel)
            insort(pool.contacts, self.waiting.order)
            self.pools.append(pool)
            if pool.reps:
                bench.touched.add(pool)
        self.due = begins[reached] if reached < len(begins) else NEVER

    def leave(self, bench: Bench) -> None:
        """Wait no more. Groups of named people go with the last contact that asks for them."""
        for pool in self.pools:
            remove(pool.contacts, self.waiting.order)
        for group in self.groups:
            group.users -= 1
            group.watchers.discard(self.waiting.id)
            if not group.users and group.condition.people:
                bench.forget(group)

    def pick(self) -> Pick:
        """Return whom the contact gets, when somebody who may serve it is free.

        That is of the first step which somebody meets who was not asked before. When all were, they are asked
        again.
        """
        passed_by = self.waiting.passed_by
        live = [(step, pool) for step, pool in enumerate(self.pools) if pool.reps]
        for step, pool in live:
            asked = {rep for rep in passed_by if rep in pool.reps}
            if len(asked) < len(pool.reps):
                return self._pick_at(step, pool, asked)
        return self._pick_at(*live[0], set())

    def _pick_at(self, step: int, pool: Pool, asked: set[int]) -> Pick:
        ranking = pool.ranking(self.waiting.choice, self.waiting.kind)
        among = len(ranking) - len(asked)
        draw = self.waiting.choice.draw(self.waiting.id)
        index = 0 if draw is None else draw % among
        left = (one[-1] for one in ranking if one[-1] not in asked)
        return Pick(
            step, next(islice(left, index, None)) if asked else ranking[index][-1], among, draw is not None
        )

    def standings(self) -> Iterator[Standing]:
        """Yield everyone eligible now, best first."""
        choice, kind, passed_by = self.waiting.choice, self.waiting.kind, self.waiting.passed_by
        for step, pool in enumerate(self.pools):
            for rank in pool.ranking(choice, kind):
                if rank[-1] not in passed_by and not self._is_in(rank[-1], self.pools[:step]):
                    yield Standing(False, step, rank)
        asked = []
        for rep in passed_by:
            at = [(step, pool) for step, pool in enumerate(self.pools) if rep in pool.reps]
            for step, pool in at[:1]:
                asked.append(Standing(True, step, pool.rank(pool.reps[rep], choice.by, kind)))
        yield from sorted(asked)

    @staticmethod
    def _is_in(rep: int, pools: list[Pool]) -> bool:
        return any(rep in pool.reps for pool in pools)
