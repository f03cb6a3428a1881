"""What one event on the floor costs the routing policy, at 100, 1,000 and 10,000 reps with 200 skills and 2,000
waiting: the line kept from turn to turn, beside a look at the whole floor, and beside SciPy's assignment solver.

Events are timed one by one: a contact arrives that must wait, a rep becomes free and gets a contact, a contact
arrives while a tenth of the reps is free. Traces are made, as the router does; the time is that of the processor,
which on a quiet machine is the time it takes. Then one turn with a tenth of the
reps free is decided by the policy and by the solver, which maximises the waits ended, or the levels of skill: what
does it cost nobody to be overtaken?
"""

import time
from collections.abc import Callable
from functools import partial
from random import Random
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from rapport.routing.policy import Assignment, By, Choice, FloorState, Line, Need, Rep, Step, Waiting, decide

SKILLS, WAITING, EVENTS, SCANS = 200, 2_000, 2_000, 5
SIZES = (100, 1_000, 10_000)
NOW = 10_000.0
CHOICE = Choice(By.MOST_PROFICIENT)
STEPS = [
    (
        Step((Need(f"skill {number}", 4),), 60),
        Step((Need(f"skill {number}", 2),), 120),
        Step((Need(f"skill {number}"),)),
    )
    for number in range(SKILLS)
]


def a_rep(number: int, random: Random, *, takes: bool) -> Rep:
    """A rep who knows five of the skills."""
    skills = {f"skill {skill}": random.randint(1, 5) for skill in random.sample(range(SKILLS), 5)}
    return Rep(number, skills, NOW - random.random() * 600, takes=takes)


def a_contact(number: int, random: Random, placed_at: float) -> Waiting:
    """A contact that asks for one skill, at three levels one after the other."""
    start = random.choice((0, 0, 0, 120))
    return Waiting(number, "main", placed_at, start, random.choice(STEPS), choice=CHOICE)


def floor_of(reps: int, waiting: int, free_share: float) -> FloorState:
    """A random floor."""
    random = Random(reps)
    return FloorState(
        [a_contact(number, random, NOW - random.random() * 300) for number in range(waiting)],
        [a_rep(number, random, takes=random.random() < free_share) for number in range(reps)],
    )


def line_of(floor: FloorState) -> Line:
    """The same floor, kept."""
    line = Line()
    for rep in floor.reps:
        line.put_rep(rep)
    for contact in floor.waiting:
        line.put_contact(contact)
    line.decide(NOW, traced=False)
    return line


class Timed:
    """Times of single events, in milliseconds."""

    def __init__(self) -> None:
        self.milliseconds: list[float] = []

    def run(self, event: Callable[[], list[Assignment]]) -> list[Assignment]:
        """Do it and note how long it took."""
        begun = time.process_time()
        made = event()
        self.milliseconds.append((time.process_time() - begun) * 1000)
        return made

    @property
    def typical(self) -> float:
        """The median."""
        return median(self.milliseconds)

    @property
    def p99(self) -> float:
        """What one in a hundred exceeds."""
        return sorted(self.milliseconds)[len(self.milliseconds) * 99 // 100]


def put_and_decide(line: Line, change: Waiting | Rep, now: float) -> list[Assignment]:
    """One event as the router would take it."""
    if isinstance(change, Rep):
        line.put_rep(change)
    else:
        line.put_contact(change)
    return line.decide(now)


def busy_floor(reps: int) -> tuple[Timed, Timed]:
    """Times of a contact that arrives and waits, and of a rep who becomes free, in turn."""
    floor = floor_of(reps, WAITING, 0.0)
    line, random = line_of(floor), Random(1)
    arrival, freed = Timed(), Timed()
    for number in range(EVENTS):
        now = NOW + number * 0.01
        arriving, rep = a_contact(WAITING + number, random, now), random.choice(floor.reps)
        arrival.run(partial(put_and_decide, line, arriving, now))
        freed.run(partial(put_and_decide, line, rep._replace(takes=True, idle_since=now), now))
        line.drop_rep(rep.id)
        line.put_rep(rep)
    return arrival, freed


def idle_floor(reps: int) -> Timed:
    """Times of a contact that arrives while a tenth of the reps is free and nobody waits."""
    floor = floor_of(reps, 0, 0.1)
    people = {rep.id: rep for rep in floor.reps}
    line, random, arrival = line_of(floor), Random(1), Timed()
    for number in range(EVENTS):
        now = NOW + number * 0.01
        arriving = a_contact(number, random, now)
        made = arrival.run(partial(put_and_decide, line, arriving, now))
        for one in made:
            line.put_rep(people[one.rep])
        line.drop_contact(number)
    return arrival


def scans(reps: int, *, free: int) -> float:
    """Milliseconds of deciding afresh on the whole busy floor, with so many reps free."""
    floor = floor_of(reps, WAITING, 0.0)
    people = [rep._replace(takes=index < free) for index, rep in enumerate(floor.reps)]
    timed = Timed()
    for _ in range(SCANS):
        timed.run(partial(decide, FloorState(floor.waiting, people), NOW, traced=False))
    return timed.typical


def weights(floor: FloorState) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The wait that each pair would end and the level it would bring, 0 where the pair does not fit."""
    skills = {f"skill {number}": number for number in range(SKILLS)}
    levels = np.zeros((len(floor.reps), SKILLS))
    for row, rep in enumerate(floor.reps):
        for skill, level in rep.skills.items():
            levels[row, skills[skill]] = level
    waits = np.array([NOW - contact.placed_at for contact in floor.waiting])
    wanted = [skills[contact.steps[0].needs[0].skill] for contact in floor.waiting]
    reached = np.searchsorted([60, 180], waits, side="right")
    known = levels[:, wanted].T
    fits = known >= np.array([4, 2, 1])[reached][:, None]
    return np.where(fits, waits[:, None], 0.0), np.where(fits, known, 0.0)


def one_turn(reps: int) -> str:
    """One turn by the policy and by the solver: times, and our quality as a share of the solver's."""
    whole = floor_of(reps, WAITING, 0.1)
    floor = FloorState(whole.waiting, [rep for rep in whole.reps if rep.takes])
    waits, levels = weights(floor)
    rows = {rep.id: row for row, rep in enumerate(floor.reps)}
    ours = Timed()
    made = ours.run(partial(decide, floor, NOW, traced=False))
    pairs = [one.contact for one in made], [rows[one.rep] for one in made]
    begun = time.process_time()
    by_wait = linear_sum_assignment(waits, maximize=True)
    solver = (time.process_time() - begun) * 1000
    by_level = linear_sum_assignment(levels, maximize=True)
    served = len(made) / np.count_nonzero(waits[by_wait])
    return (
        f"{reps:>7,}{len(floor.reps):>7,}{len(made):>8,}{ours.typical:>11.1f}{solver:>11.1f}"
        f"{solver / ours.typical:>8.1f}{served:>9.1%}{waits[pairs].sum() / waits[by_wait].sum():>9.1%}"
        f"{levels[pairs].sum() / levels[by_level].sum():>9.1%}"
    )


def main() -> None:
    """Measure and print."""
    print(
        f"{WAITING:,} waiting, {SKILLS} skills; CPU milliseconds an event with its trace: median, 99th percentile"
    )
    heads = (
        ("arrives", 15),
        ("freed", 16),
        ("arrives, idle", 16),
        ("scan", 9),
        ("scan/arrives", 14),
        ("scan/freed", 12),
    )
    print(f"{'reps':>7}" + "".join(f"{head:>{width}}" for head, width in heads))
    freed_by_size = []
    for reps in SIZES:
        (arrival, freed), idle = busy_floor(reps), idle_floor(reps)
        nobody, somebody = scans(reps, free=0), scans(reps, free=1)
        freed_by_size.append(freed.typical)
        print(
            f"{reps:>7,}{arrival.typical:>8.3f}{arrival.p99:>7.3f}{freed.typical:>9.3f}{freed.p99:>7.3f}"
            f"{idle.typical:>9.3f}{idle.p99:>7.3f}{somebody:>9.1f}"
            f"{nobody / arrival.typical:>14,.0f}{somebody / freed.typical:>12,.0f}"
        )
    print(f"growth of a freed rep from 100 to 10,000 reps: {freed_by_size[-1] / freed_by_size[0]:.1f} times")
    print("\none turn with a tenth of the reps free: the policy beside SciPy's linear_sum_assignment")
    print(
        f"{'reps':>7}{'free':>7}{'served':>8}{'policy ms':>11}{'solver ms':>11}{'ratio':>8}"
        f"{'served':>9}{'waits':>9}{'levels':>9}"
    )
    for reps in SIZES:
        print(one_turn(reps))


if __name__ == "__main__":
    main()
