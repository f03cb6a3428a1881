"""The worker process: does the jobs, for as long as it is let, however often the database goes away."""

import asyncio
import logging
import os
import signal

import psycopg
import psycopg_pool
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ProcrastinateException

from rapport.kit import away, env

logger = logging.getLogger("rapport.worker")

AWAY = (psycopg.Error, psycopg_pool.PoolTimeout, ProcrastinateException, OSError)
PAUSE_SECONDS = 1.0
GRACE_SECONDS = 10.0
NICENESS = 5


async def work() -> None:
    """Do jobs until SIGTERM or SIGINT; a job under way then may finish."""
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    while not stopping.is_set():
        try:
            await _until(stopping)
        except AWAY as error:
            away.tell(logger, error, "trying again")
        await _pause(stopping)


async def _until(stopping: asyncio.Event) -> None:
    """Run one worker until told to stop or until it gives up, which it does when the database goes away."""
    connected = app.with_connector(_connector())
    async with connected.open_async():
        working = asyncio.create_task(
            connected.run_worker_async(
                concurrency=env.whole("RAPPORT_WORKER_JOBS", 4, lowest=1, highest=100),
                install_signal_handlers=False,
                shutdown_graceful_timeout=GRACE_SECONDS,
                delete_jobs="successful",
            )
        )
        told = asyncio.create_task(stopping.wait())
        await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            told.cancel()
            working.result()
            return
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def _connector() -> PsycopgConnector:
    """Return a pool that does not insist when the database is away: we try anew ourselves, and sooner."""
    return PsycopgConnector(kwargs=connector_params(), min_size=0, max_size=8, timeout=3.0, reconnect_timeout=1.0)


async def _pause(stopping: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), PAUSE_SECONDS)
    except TimeoutError:
        return


def main() -> None:
    """Run the worker process; pages and prompts go before it where processors are short."""
    os.nice(NICENESS)
    asyncio.run(work())
