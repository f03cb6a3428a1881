"""Declaring jobs, and looking after those that went wrong."""

import logging
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Status
from procrastinate.tasks import Task

from rapport.kit import clock
from rapport.kit.walls import inside

logger = logging.getLogger("rapport.jobs")

STALLED_SECONDS = 30.0  # a worker silent for this long is taken for dead; it beats every ten
ATTEMPTS = 8
PATIENT = RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=4)  # 1, 4, 16, 64 s …: some six hours in all

AnyTask = Task[Any, Any, Any]


def job(
    name: str, *, retry: RetryStrategy | None = PATIENT, of_installation: bool = False
) -> Callable[[Callable[..., object]], AnyTask]:
    """Make a function a job: ``that_function.defer(programme_id=…, contact_id=…)`` in a transaction queues it.

    ``name`` is stable ("feedback.ask"), since queued jobs are found by it. The job runs inside the wall of its
    programme, in one transaction; one ``of_installation`` has no programme and sees the rows of none. A failed one
    is tried again by ``retry``; None where a second try would do harm.
    """

    def declare(function: Callable[..., object]) -> AnyTask:
        if of_installation:
            return app.task(name=name, retry=retry or False)(function)
        if next(iter(signature(function).parameters), "") != "programme_id":
            raise TypeError(f"The job {name} must say whose it is: def {function.__name__}(programme_id, …).")
        return app.task(name=name, retry=retry or False)(_walled(function))

    return declare


def _walled(function: Callable[..., object]) -> Callable[..., object]:
    @wraps(function)
    def run(programme_id: int, **told: Any) -> object:
        with inside(programme_id):
            return function(programme_id, **told)

    return run


def periodic(name: str, cron: str) -> Callable[[Callable[..., object]], AnyTask]:
    """Make a function a job that runs by the clock (``cron`` in UTC); it gets the due time, epoch seconds."""

    def declare(function: Callable[..., object]) -> AnyTask:
        made = app.task(name=name, queueing_lock=name, pass_context=False)(function)
        return app.periodic(cron=cron)(made)

    return declare


async def retry_stalled() -> int:
    """Queue again every job whose worker died under it, and give up one that has killed many; returns how many."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
    for each in stalled:
        if each.attempts >= ATTEMPTS:
            logger.error("job %s (%s) is given up: its worker died under it each time", each.id, each.task_name)
            await app.job_manager.finish_job(each, status=Status.FAILED, delete_job=False)
        else:
            await app.job_manager.retry_job(each, retry_at=clock.now())
    return len(stalled)
