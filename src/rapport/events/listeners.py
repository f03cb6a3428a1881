"""Who hears of which event: modules subscribe a task by the event's name; each hearing is one job.

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
_tasks: dict[str, list[tuple[Task[..., object, ...], Where | None]]] = defaultdict(list)


def subscribe(event_name: str, task: Task[..., object, ...], *, where: Where | None = None) -> None:
    """Have ``task(programme_id=…, event_id=…)`` run once for every event of this name; twice is once.

    ``where`` says in which programmes; none: in all of them.
    """
    if (task, where) not in _tasks[event_name]:
        _tasks[event_name].append((task, where))


def defer_for(event_name: str, *, programme: Programme, event_ids: Iterable[int]) -> None:
    """Queue the jobs of everyone who listens for events of this name, for each of these."""
    told: list[JSONDict] = [{"programme_id": programme.pk, "event_id": event_id} for event_id in event_ids]
    for task, where in _tasks[event_name]:
        if where is None or where(programme):
            task.batch_defer(*told)
