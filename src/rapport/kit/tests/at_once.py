"""What is done at once, each on a connection of its own: whether two wait for each other shows only so."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier, BrokenBarrierError
from typing import Any

from django.db import connection

from rapport.kit.walls import inside

LONGEST_PAUSE = 0.006  # seconds
Steps = Sequence[Callable[[], object]]


def at_once(programme_id: int, *works: Steps) -> None:
    """Do the first steps of all works at once, then the second ones, each in a transaction inside the programme.

    Raises what a step raises, such as a deadlock. After a statement that locks rows comes a short pause, so that
    what may meet does meet.
    """
    dice, together = Random(7), Barrier(len(works))

    def with_pauses(execute: Callable[..., Any], sql: str, *told: Any) -> Any:
        found = execute(sql, *told)
        words = str(sql).lstrip()
        if words.startswith(("INSERT", "UPDATE", "DELETE")) or " FOR " in words[-80:]:
            time.sleep(dice.random() * LONGEST_PAUSE)
        return found

    def run(steps: Steps) -> None:
        try:
            with connection.execute_wrapper(with_pauses):
                for step in steps:
                    together.wait()
                    with inside(programme_id):
                        step()
        except Exception:
            together.abort()
            raise
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as several:
        faults = [one.exception() for one in [several.submit(run, steps) for steps in works]]
    for fault in sorted(filter(None, faults), key=lambda one: isinstance(one, BrokenBarrierError)):
        raise fault
