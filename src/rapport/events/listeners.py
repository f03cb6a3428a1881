"""Who hears of which event: modules subscribe a task by the event's name; each hearing is one job, or, where they
are told together, one of all that were announced at once.

The job is deferred inside the transaction of the event, so nothing is lost and nothing happens for a change
that was rolled back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from procrastinate.tasks import Task
from procrastinate.types import JSONDict

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

Where = Callable[["Programme"], bool]
_tasks: dict[str, list[tuple[Task[..., object, ...], Where | None, bool]]] = defaultdict(list)
TOGETHER = 1000
"""So many events at most are told to a job together."""


def subscribe(
    event_name: str, task: Task[..., object, ...], *, where: Where | None = None, together: bool = False
) -> None:
    """Have ``task(programme_id=…, event_id=…)`` run once for every event of this name; twice is once.

    ``where`` says in which programmes; none: in all of them. ``together``: have ``task(programme_id=…,
    event_ids=[…])`` run once for those that are announced at once, instead of once for each.
    """
    if (task, where, together) not in _tasks[event_name]:
        _tasks[event_name].append((task, where, together))


def defer_for(event_name: str, *, programme: Programme, event_ids: Iterable[int]) -> None:
    """Queue the jobs of everyone who listens for events of this name, for each of these."""
    ids = list(event_ids)
    each: list[JSONDict] = [{"programme_id": programme.pk, "event_id": one} for one in ids]
    several: list[JSONDict] = [
        {"programme_id": programme.pk, "event_ids": [*ids[start : start + TOGETHER]]}
        for start in range(0, len(ids), TOGETHER)
    ]
    for task, where, together in _tasks[event_name]:
        if where is None or where(programme):
            task.batch_defer(*(several if together else each))
