"""A whole installation for one benchmark, by the same `rapport up`, with Django ready on its database."""

import os
import statistics
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psutil

from rapport.runtime import state
from rapport.runtime.rig import Installation


@contextmanager
def installation(**environment: str) -> Iterator[Installation]:
    """Run an installation in a folder of its own, with this process on its database; nothing of it stays."""
    with Installation(environment=environment) as place:
        found = state.read(place.home)
        os.environ.update(place.environment, DATABASE_URL=found.database_url if found else "")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
        import django

        django.setup()
        try:
            yield place
        finally:
            from django.db import connections

            connections.close_all()


def megabytes(pid: int) -> float:
    """The memory of a process and all it started."""
    process = psutil.Process(pid)
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 1e6


def seconds_of_processor(pid: int) -> float:
    """What a process and all it started have worked so far."""
    process = psutil.Process(pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def percentile(values: Iterable[float], share: float) -> float:
    """The value that a share of them does not exceed; not a number where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def spread(values: Iterable[float]) -> tuple[float, float, float]:
    """The median, the 95th and the 99th percentile."""
    found = list(values)
    return (statistics.median(found) if found else float("nan"), percentile(found, 0.95), percentile(found, 0.99))
