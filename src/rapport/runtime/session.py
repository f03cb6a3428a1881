"""A database for the duration of one command: the running one, the given one, or our own."""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from rapport.kit import env
from rapport.runtime import owner, processes, state
from rapport.runtime.database import Server

WAIT_SECONDS = 60.0


@contextmanager
def database(home: Path, what: str) -> Iterator[None]:
    """Make DATABASE_URL name a database that answers; ``what`` names the command for others who wait."""
    if find(home):
        yield
        return
    while not (yield from _used(home, what)):
        pass  # the command that owned the database stopped it just as we came


def find(home: Path) -> bool:
    """Have DATABASE_URL name the database that is given or runs; returns False where we are to run it."""
    running = None if env.text("DATABASE_URL") else state.running(home)
    if running is not None:
        os.environ["DATABASE_URL"] = running.database_url
    return bool(env.text("DATABASE_URL"))


def _used(home: Path, what: str) -> Generator[None, None, bool]:
    """Own the database, or be the guest of the command that does; returns False where that one has just gone."""
    with owner.guest(home) as stay, owner.owning(home, what) as is_owner:
        server = Server(home)
        os.environ["DATABASE_URL"] = server.url
        if not is_owner:
            return (yield from _visited(server))
        server.prepare()
        process = server.start()
        try:
            server.wait(process)
            yield
            owner.let_guests_leave(stay)
        finally:
            _close_connections()
            server.stop(process)
    return True


def _visited(server: Server) -> Generator[None, None, bool]:
    processes.wait_until(lambda: server.is_ready() or owner.current(server.home) is None, seconds=WAIT_SECONDS)
    if not server.is_ready():
        return False
    yield
    return True


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()
