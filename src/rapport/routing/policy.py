"""Who serves whom next: a pure function of the floor and the time.

The live router and the simulation both decide by it. It reads nothing but its arguments (standard library only),
so the same floor at the same time always gives the same assignments, in whatever order it was listed.

The rules, in order:

1. Contacts are taken by the time they were placed in the queue, less their head start; ties by id.
2. A contact's steps say who may serve it. The first counts at once, the next when the first has run for its
   seconds (or at once, when the step is to be skipped while nobody signed in meets it), and so on. Steps add up:
   who met an earlier step still may serve, and is preferred.
3. A rep may be offered a contact who takes contacts now, has room for one more of its channel beside what is in
   hand, and is not above the occupancy ceiling. The ceiling holds for everybody, whoever waits.
4. Among reps who meet the same step the contact's `Choice` says who is first, or that chance says it. Ties go by
   fewest in hand, then by longest idle, then by id.
5. A rep who declined or missed this contact is asked again only when nobody else who may serve it is free.
6. Nobody overtakes: a contact gets no rep whom an earlier contact could have had. So whoever comes more than the
   largest head start later never goes before.
7. A rep is offered one contact a turn.
"""

from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter

from rapport.routing.line import Line
from rapport.routing.scan import scan
from rapport.routing.terms import (
    ANYONE,
    LONGEST_IDLE,
    NO_SCORES,
    ONE_EACH,
    By,
    Capacity,
    Choice,
    FloorState,
    Kind,
    Need,
    Rep,
    Scores,
    Step,
    Waiting,
    next_widening,
)
from rapport.routing.trace import Assignment, PassedOver, Trace

__all__ = [
    "ANYONE",
    "LONGEST_IDLE",
    "NO_SCORES",
    "ONE_EACH",
    "Assignment",
    "By",
    "Capacity",
    "Choice",
    "FloorState",
    "Kind",
    "Line",
    "Need",
    "PassedOver",
    "Rep",
    "Scores",
    "Step",
    "Trace",
    "Waiting",
    "decide",
    "explain_waiting",
    "next_widening",
]


def decide(floor: FloorState, now: float, *, traced: bool = True) -> list[Assignment]:
    """Match waiting contacts with free reps, in the order of the queue.

    Args:
        floor: who waits and who is signed in; the order in which they are listed does not matter.
        now: the time, in the unit and from the origin of `placed_at` and `idle_since`.
        traced: whether each assignment says why. Without traces the same decisions cost less.

    Returns:
        One assignment for each contact that can be served now; each rep appears at most once.
    """
    if not floor.waiting or not floor.reps:
        return []
    if not traced:
        return scan(floor, now)
    line = Line(floor.capacity, floor.scores)
    for rep in floor.reps:
        line.put_rep(rep)
    for contact in sorted(floor.waiting, key=attrgetter("order")):
        line.put_contact(contact)
    return line.decide(now)


def explain_waiting(
    waiting: Waiting,
    reps: Iterable[Rep],
    now: float,
    *,
    position: int | None = None,
    capacity: Capacity = ONE_EACH,
) -> Trace:
    """Why this contact still waits, given who is signed in (`position`: its place in line, if known).

    To explain many, put them on one `Line` and ask it.
    """
    line = Line(capacity)
    for rep in reps:
        line.put_rep(rep)
    line.put_contact(waiting)
    return replace(line.explain(waiting.id, now), position=position)
