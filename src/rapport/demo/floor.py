"""The live floor of the demonstration: a process whose customers and reps go on for ever.

It remembers almost nothing: every second it looks at the floor and lets each simulated person take the step that
is due. So it can be killed and started at any moment, and goes on when the database comes back. One at a time
acts, by an advisory lock on the very connection it works with.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType

import psycopg
from django.db import connection
from django.db.utils import InterfaceError, OperationalError

from rapport.demo import crew
from rapport.demo.chats import Chats
from rapport.demo.crowd import Crowd, reps_wanted
from rapport.demo.load import customers_of, loaded
from rapport.demo.people import simulated_reps
from rapport.demo.view import look
from rapport.kit import away
from rapport.kit.walls import inside

log = logging.getLogger("rapport.demo")

LOCK = 7_277_201  # advisory: one live floor at a time
TURN_SECONDS = 1.0
PULSE_SECONDS = 15.0
WAIT_SECONDS = 3.0
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError)


class Floor:
    """The people of the live floor. :meth:`turn` is one second of theirs."""

    def __init__(self) -> None:
        programme = loaded()
        if programme is None:
            raise LookupError("The demonstration is not loaded.")
        self.programme = programme
        with inside(programme.pk):
            self.crew = {member.pk: member for member in simulated_reps(programme)}
            self.crowd = Crowd(customers=customers_of(programme))
        self.chats = Chats()
        self._pulse_at = 0.0

    def turn(self) -> None:
        """Look, and let everybody take the step that is due."""
        view = look(self.programme, self.crew)
        if view.now >= self._pulse_at:
            self._pulse_at = view.now + PULSE_SECONDS
            crew.pulse(view)
            self.crowd.pulse(view)
        crew.act(view, reps_wanted(view))
        self.crowd.act(view)
        self.chats.act(view)


def main() -> None:
    """Keep the floor alive until told to stop."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping.is_set():
        try:
            _live(stopping)
        except AWAY as error:
            away.tell(log, error, "trying again")
            connection.close()
        stopping.wait(WAIT_SECONDS)


def _live(stopping: threading.Event) -> None:
    """Act while we hold the lock, and the connection that holds it lives."""
    if not alone():
        return
    floor = Floor()
    while not stopping.is_set():
        began = time.monotonic()
        floor.turn()
        stopping.wait(max(0.2, TURN_SECONDS - (time.monotonic() - began)))


def alone() -> bool:
    """Try to become the one live floor; held until this connection ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])
