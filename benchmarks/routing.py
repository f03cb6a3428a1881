"""How long `routing.policy.decide` takes on floors of growing size, beside sorting the same queue, its
lower limit.

"""

import time
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from random import Random

from rapport.routing.policy import FloorState, Need, Rep, Step, Waiting, decide

SIZES = ((10, 5), (100, 20), (1_000, 100), (10_000, 500))
STEPS = (
    (Step((Need("german", 4),), 30), Step((Need("german", 2),), 60), Step()),
    (),
    (Step((Need("loans", 3),)),),
)


def floor_of(waiting: int, reps: int) -> FloorState:
    """A random floor on which a third of the contacts widen, a third take anyone, and a third are particular."""
    random = Random(waiting)
    return FloorState(
        [Waiting(number, "main", random.random() * 100, steps=random.choice(STEPS)) for number in range(waiting)],
        [
            Rep(number, {"german": random.randint(0, 5), "loans": random.randint(0, 5)}, random.random() * 100)
            for number in range(reps)
        ],
    )


def best_milliseconds(work: Callable[[], object], rounds: int = 7) -> float:
    """The shortest of several times."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times) * 1000


def main() -> None:
    """Measure and print."""
    print(f"{'waiting':>8}{'reps':>6}{'sort ms':>10}{'decide ms':>11}{'traced ms':>11}{'decide/sort':>13}")
    for waiting, reps in SIZES:
        floor = floor_of(waiting, reps)
        sort = best_milliseconds(partial(sorted, floor.waiting, key=attrgetter("placed_at", "id")))
        plain = best_milliseconds(partial(decide, floor, 100.0, traced=False))
        traced = best_milliseconds(partial(decide, floor, 100.0))
        print(f"{waiting:>8,}{reps:>6}{sort:>10.3f}{plain:>11.3f}{traced:>11.2f}{plain / sort:>13.1f}")


if __name__ == "__main__":
    main()
