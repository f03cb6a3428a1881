"""Who is signed in, indexed by what the contacts in line ask for.

A `Group` is everyone who meets one condition; its `Pool` of a channel holds those of them who may be offered a
contact of that channel now, and the contacts that wait for them. A rep who changes touches only the groups whose
conditions they meet. Lists are kept in order by bisection. Pure: standard library only.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from rapport.routing.terms import By, Capacity, Choice, Condition, Kind, Rank, Rep, Scores, rank

Order = tuple[float, int]
Ordered = TypeVar("Ordered", int, Order, Rank)


class Pool:
    """Who of a group may be offered a contact of one channel now, and the contacts that wait for one of them."""

    __slots__ = ("channel", "condition", "contacts", "number", "rankings", "reps", "scores")

    def __init__(self, condition: Condition, channel: str, scores: Scores, number: int) -> None:
        self.condition = condition
        self.channel = channel
        self.scores = scores
        self.number = number
        self.reps: dict[int, Rep] = {}
        self.contacts: list[Order] = []
        self.rankings: dict[tuple[By, Kind | None], list[Rank]] = {}

    @property
    def is_live(self) -> bool:
        """Whether somebody waits and somebody may be offered it."""
        return bool(self.contacts and self.reps)

    def rank(self, rep: Rep, by: By, kind: Kind) -> Rank:
        """Return where the rep stands in this pool."""
        return rank(rep, by, self.condition.needs, kind, self.scores)

    def ranking(self, choice: Choice, kind: Kind) -> list[Rank]:
        """Return the reps, best first."""
        key = choice.by, kind if choice.by is By.BEST_OUTCOME else None
        ranking = self.rankings.get(key)
        if ranking is None:
            ranking = sorted(self.rank(rep, choice.by, kind) for rep in self.reps.values())
            self.rankings[key] = ranking
        return ranking

    def add(self, rep: Rep) -> None:
        """Let the rep stand here."""
        self.reps[rep.id] = rep
        for (by, kind), ranking in self.rankings.items():
            insort(ranking, self.rank(rep, by, kind or ("", "")))

    def remove(self, rep: Rep) -> None:
        """Let the rep leave, who is as they were when they came."""
        del self.reps[rep.id]
        for (by, kind), ranking in self.rankings.items():
            remove(ranking, self.rank(rep, by, kind or ("", "")))


class Group:
    """Everyone signed in who meets a condition, by id; and the contacts which ask for it, now or at a later step.

    `watchers` are the contacts that skip a step of theirs while this group is empty.
    """

    __slots__ = ("condition", "ids", "members", "pools", "users", "watchers")

    def __init__(self, condition: Condition) -> None:
        self.condition = condition
        self.ids: list[int] = []
        self.members: set[int] = set()
        self.pools: dict[str, Pool] = {}
        self.users = 0
        self.watchers: set[int] = set()


class Seat:
    """A rep who is signed in, the groups they belong to and the pools they stand in."""

    __slots__ = ("groups", "pools", "rep")

    def __init__(self, rep: Rep, groups: list[Group]) -> None:
        self.rep = rep
        self.groups = groups
        self.pools: list[Pool] = []

    def has_profile_of(self, rep: Rep) -> bool:
        """Whether the rep can do what they could before."""
        mine = self.rep
        return mine.skills == rep.skills and mine.team == rep.team and mine.tier == rep.tier


class Bench:
    """Everyone signed in. `touched` gathers pools that gained a rep, `flipped` groups that became empty or not."""

    def __init__(self, capacity: Capacity, scores: Scores) -> None:
        self.capacity = capacity
        self.scores = scores
        self.seats: dict[int, Seat] = {}
        self.ids: list[int] = []
        self.touched: set[Pool] = set()
        self.flipped: set[Group] = set()
        self._groups: dict[Condition, Group] = {}
        self._holders: defaultdict[str, set[int]] = defaultdict(set)
        self._by_skill: defaultdict[str, list[Group]] = defaultdict(list)
        self._by_person: defaultdict[int, list[Group]] = defaultdict(list)
        self._other: list[Group] = []
        self._pools_made = 0

    def put(self, rep: Rep) -> None:
        """Take the rep in, or as they are now."""
        seat = self.seats.get(rep.id)
        if seat is not None and seat.has_profile_of(rep):
            self._stand_up(seat)
            seat.rep = rep
        else:
            if seat is not None:
                self.drop(rep.id)
            seat = self._sign_in(rep)
        if rep.takes:
            for group in seat.groups:
                for pool in group.pools.values():
                    self._stand_in(seat, pool)

    def drop(self, rep_id: int) -> None:
        """Let the rep go; nothing happens when they are not here."""
        seat = self.seats.pop(rep_id, None)
        if seat is None:
            return
        self._stand_up(seat)
        remove(self.ids, rep_id)
        for skill in seat.rep.skills:
            self._holders[skill].discard(rep_id)
        for group in seat.groups:
            remove(group.ids, rep_id)
            group.members.discard(rep_id)
            if not group.ids:
                self.flipped.add(group)

    def group(self, condition: Condition) -> Group:
        """Return everyone who meets the condition."""
        group = self._groups.get(condition)
        if group is None:
            group = self._groups[condition] = Group(condition)
            for index in self._indexes(condition):
                index.append(group)
            for seat in self._candidates(condition):
                if condition.met_by(seat.rep):
                    seat.groups.append(group)
                    group.members.add(seat.rep.id)
            group.ids = sorted(group.members)
        return group

    def forget(self, group: Group) -> None:
        """Stop keeping a group that nobody asks for."""
        del self._groups[group.condition]
        for index in self._indexes(group.condition):
            index.remove(group)
        for person in group.condition.people:
            if not self._by_person.get(person):
                self._by_person.pop(person, None)
        gone = set(group.pools.values())
        for rep_id in group.ids:
            seat = self.seats[rep_id]
            seat.groups.remove(group)
            seat.pools = [pool for pool in seat.pools if pool not in gone]

    def pool(self, group: Group, channel: str) -> Pool:
        """Return who of the group may be offered a contact of the channel."""
        pool = group.pools.get(channel)
        if pool is None:
            self._pools_made += 1
            pool = group.pools[channel] = Pool(group.condition, channel, self.scores, self._pools_made)
            for rep_id in group.ids:
                self._stand_in(self.seats[rep_id], pool)
        return pool

    def _sign_in(self, rep: Rep) -> Seat:
        seat = self.seats[rep.id] = Seat(rep, [])
        insort(self.ids, rep.id)
        known = [*self._other, *self._by_person.get(rep.id, ())]
        for skill in rep.skills:
            self._holders[skill].add(rep.id)
            known += self._by_skill.get(skill, ())
        for group in known:
            if group.condition.met_by(rep):
                seat.groups.append(group)
                insort(group.ids, rep.id)
                group.members.add(rep.id)
                if len(group.ids) == 1:
                    self.flipped.add(group)
        return seat

    def _stand_in(self, seat: Seat, pool: Pool) -> None:
        if self.capacity.admits(seat.rep, pool.channel):
            pool.add(seat.rep)
            seat.pools.append(pool)
            if pool.contacts:
                self.touched.add(pool)

    def _stand_up(self, seat: Seat) -> None:
        for pool in seat.pools:
            pool.remove(seat.rep)
        seat.pools = []

    def _indexes(self, condition: Condition) -> list[list[Group]]:
        """Where the group is looked for when a rep signs in."""
        if condition.people:
            return [self._by_person[person] for person in set(condition.people)]
        return [self._by_skill[condition.needs[0].skill]] if condition.needs else [self._other]

    def _candidates(self, condition: Condition) -> Iterable[Seat]:
        """Those who may meet the condition, few where that is known."""
        if condition.people:
            return [self.seats[person] for person in set(condition.people) if person in self.seats]
        if condition.needs:
            fewest = min((self._holders[need.skill] for need in condition.needs), key=len)
            return [self.seats[rep_id] for rep_id in fewest]
        return self.seats.values()


def remove(ordered: list[Ordered], one: Ordered) -> None:
    """Take one out of an ordered list that holds it."""
    del ordered[bisect_left(ordered, one)]
