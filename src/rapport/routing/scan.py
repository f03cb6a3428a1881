"""One decision on one floor by looking at everybody: the plainest way, and on small floors the quickest.

`Line` gives the same answer from one turn to the next. Pure: standard library only.
"""

from collections.abc import Iterator
from operator import attrgetter

from rapport.routing.terms import ANYONE, LONGEST_IDLE, ONE_EACH, By, Condition, FloorState, Kind, Waiting, rank
from rapport.routing.trace import Assignment

_IDLE = attrgetter("idle_since", "id")


def scan(floor: FloorState, now: float) -> list[Assignment]:
    """Return who gets whom, without saying why."""
    if (plain := _plainly(floor)) is not None:
        return plain
    seen = _Scan(floor)
    made: list[Assignment] = []
    for contact in sorted(floor.waiting, key=_order):
        rep = seen.choose(contact, now)
        if rep is not None:
            made.append(Assignment(contact.id, rep))
            seen.taken.add(rep)
            if len(made) == len(floor.reps):
                break
    return made


class _Scan:
    """The floor and who of it is taken; sorted once for each set of wishes."""

    def __init__(self, floor: FloorState) -> None:
        self.floor = floor
        self.taken: set[int] = set()
        self._last_first: dict[tuple[Condition, str, By, Kind | None], list[int]] = {}

    def choose(self, contact: Waiting, now: float) -> int | None:
        """Return the rep this contact gets, if any."""
        draw = contact.choice.draw(contact.id)
        reached = self._reached(contact, now)
        for asked_too in (False, True) if contact.passed_by else (True,):
            for condition in reached:
                left = self._left(contact, condition)
                if not asked_too:
                    left = (rep for rep in left if rep not in contact.passed_by)
                if (rep := _pick(left, draw)) is not None:
                    return rep
        return None

    def _reached(self, contact: Waiting, now: float) -> list[Condition]:
        """What the steps that count by now ask for."""
        asked = [step.condition for step in contact.steps or ANYONE]
        if len(asked) == 1:
            return asked
        begins = contact.beginnings(lambda index: not any(map(asked[index].met_by, self.floor.reps)))
        return asked[: max(1, sum(begin <= now for begin in begins))]

    def _left(self, contact: Waiting, condition: Condition) -> Iterator[int]:
        """Those who may be offered the contact by this condition and are not taken, best first."""
        by, kind = contact.choice.by, contact.kind if contact.choice.by is By.BEST_OUTCOME else None
        key = condition, contact.channel, by, kind
        last_first = self._last_first.get(key)
        if last_first is None:
            last_first = self._last_first[key] = self._ranked(contact, condition)
        while last_first and last_first[-1] in self.taken:
            last_first.pop()
        return (rep for rep in reversed(last_first) if rep not in self.taken)

    def _ranked(self, contact: Waiting, condition: Condition) -> list[int]:
        """Those who may be offered the contact by this condition, best last."""
        capacity, channel = self.floor.capacity, contact.channel
        ranks = [
            rank(rep, contact.choice.by, condition.needs, contact.kind, self.floor.scores)
            for rep in self.floor.reps
            if condition.met_by(rep) and capacity.admits(rep, channel)
        ]
        return [one[-1] for one in sorted(ranks, reverse=True)]


def _plainly(floor: FloorState) -> list[Assignment] | None:
    """The decision where there is nothing to weigh: one contact or one rep, and whoever is first will do."""
    if (len(floor.waiting) != 1 and len(floor.reps) != 1) or floor.capacity is not ONE_EACH:
        return None
    contact = min(floor.waiting, key=_order)
    if contact.steps or contact.passed_by or contact.choice is not LONGEST_IDLE:
        return None
    for rep in floor.reps:
        if rep.handling or not rep.takes:
            return None
    return [Assignment(contact.id, min(floor.reps, key=_IDLE).id)]


def _order(contact: Waiting) -> tuple[float, int]:
    return contact.placed_at - contact.head_start_seconds, contact.id


def _pick(left: Iterator[int], draw: int | None) -> int | None:
    """The first, or the one who was drawn."""
    if draw is None:
        return next(left, None)
    drawn_from = list(left)
    return drawn_from[draw % len(drawn_from)] if drawn_from else None
