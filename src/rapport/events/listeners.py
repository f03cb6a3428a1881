"""Who hears of which event: modules subscribe a task by the event's name; each hearing is one job.

The job is deferred inside the transaction of the event, so nothing is lost and nothing happens for a change
that was rolled back.
"""

from collections import defaultdict
from collections.abc import Iterable

from procrastinate.tasks import Task
from procrastinate.types import JSONDict

_tasks: dict[str, list["Task[..., object, ...]"]] = defaultdict(list)


def subscribe(event_name: str, task: "Task[..., object, ...]") -> None:
    """Have ``task(programme_id=…, event_id=…)`` run once for every event of this name; twice is once."""
    if task not in _tasks[event_name]:
        _tasks[event_name].append(task)


def defer_for(event_name: str, *, programme_id: int, event_ids: Iterable[int]) -> None:
    """Queue the jobs of everyone who listens for events of this name, for each of these."""
    told: list[JSONDict] = [{"programme_id": programme_id, "event_id": event_id} for event_id in event_ids]
    for task in _tasks[event_name]:
        task.batch_defer(*told)
