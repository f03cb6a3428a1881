"""The floor kept from one turn to the next, so that a turn costs only what changed since the last.

`decide` leaves nobody waiting whom somebody free could serve. From then on only what changed can match: a contact
that came or whose next step began to count, a rep who signed in or became free. Pure: standard library only.
"""

from bisect import bisect_left, insort
from heapq import heapify, heappop, heappush

from rapport.routing.bench import Bench, Order, remove
from rapport.routing.explain import Moment, trace_of
from rapport.routing.place import NEVER, Place
from rapport.routing.terms import NO_SCORES, ONE_EACH, Capacity, Rep, Scores, Waiting
from rapport.routing.trace import Assignment, Trace


class Line:
    """Who waits and who is signed in, kept up to date by `put_…` and `drop_…`, decided on by `decide`.

    What it decides is what `policy.decide` says of the same floor. Time does not run backwards here: a `now`
    before the last one counts as the last one. Other limits or scores need a new line.
    """

    def __init__(self, capacity: Capacity = ONE_EACH, scores: Scores = NO_SCORES) -> None:
        self._bench = Bench(capacity, scores)
        self._places: dict[int, Place] = {}
        self._order: list[Order] = []
        self._due: list[tuple[float, int]] = []
        self._now = -NEVER

    def put_contact(self, waiting: Waiting) -> None:
        """Let the contact wait, or wait as it does now."""
        self.drop_contact(waiting.id)
        place = self._places[waiting.id] = Place(waiting, self._bench)
        insort(self._order, waiting.order)
        self._expect(place)

    def drop_contact(self, contact: int) -> None:
        """Let the contact go; nothing happens when it does not wait."""
        place = self._places.pop(contact, None)
        if place is not None:
            place.leave(self._bench)
            remove(self._order, place.waiting.order)

    def put_rep(self, rep: Rep) -> None:
        """Let the rep sign in, or be as they are now."""
        self._bench.put(rep)

    def drop_rep(self, rep: int) -> None:
        """Let the rep sign out; nothing happens when they are not here."""
        self._bench.drop(rep)

    @property
    def next_due(self) -> float | None:
        """Before this time nothing changes by itself; None: never."""
        return self._due[0][0] if self._due else None

    def decide(self, now: float, *, traced: bool = True) -> list[Assignment]:
        """Match who waits with who is free, in the order of the queue.

        A contact that is assigned waits no more, and its rep takes nothing until put again.
        """
        now = self._catch_up(now)
        heads = [(*pool.contacts[0], pool.number, pool) for pool in self._bench.touched if pool.is_live]
        self._bench.touched.clear()
        heapify(heads)
        made: list[Assignment] = []
        taken: set[int] = set()
        while heads:
            order, contact, number, pool = heappop(heads)
            if pool.is_live and pool.contacts[0] == (order, contact):
                made.append(self._assign(contact, now, taken, traced=traced))
            if pool.is_live:
                heappush(heads, (*pool.contacts[0], number, pool))
        return made

    def explain(self, contact: int, now: float) -> Trace:
        """Say why the contact still waits."""
        now = self._catch_up(now)
        place = self._places[contact]
        return trace_of(place, self._bench, Moment(now, self._position(place)))

    def _assign(self, contact: int, now: float, taken: set[int], *, traced: bool) -> Assignment:
        place = self._places[contact]
        pick = place.pick()
        trace = None
        if traced:
            position = self._position(place) + len(taken)
            trace = trace_of(place, self._bench, Moment(now, position, taken, pick))
        self.drop_contact(contact)
        self._bench.put(self._bench.seats[pick.rep].rep._replace(takes=False))
        taken.add(pick.rep)
        return Assignment(contact, pick.rep, trace)

    def _position(self, place: Place) -> int:
        return bisect_left(self._order, place.waiting.order) + 1

    def _catch_up(self, now: float) -> float:
        """Let the steps count that have begun by now; return the time that counts."""
        now = self._now = max(now, self._now)
        for group in self._bench.flipped:
            for contact in group.watchers:
                self._places[contact].due = -NEVER
                self._expect(self._places[contact])
        self._bench.flipped.clear()
        while self._due and self._due[0][0] <= now:
            due, contact = heappop(self._due)
            place = self._places.get(contact)
            if place is not None and place.due == due:
                place.reach(now, self._bench)
                self._expect(place)
        return now

    def _expect(self, place: Place) -> None:
        if place.due < NEVER:
            heappush(self._due, (place.due, place.waiting.id))
