"""The router process: the one writer of assignments for each programme.

It leads a programme while it holds that programme's advisory lock, on the very connection it writes with: when
the connection dies, the lock is gone and so is the ability to write. A second router stands by and takes over
whatever programme is free. It wakes on a notification, and every second for what time alone brings about
(offers that run out, steps that widen, reps that fall silent). Everything it knows it reads from the database,
so a kill at any moment loses nothing.
"""

from __future__ import annotations

import logging
import signal
import time
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import close_old_connections, connection
from django.db.utils import InterfaceError, OperationalError

from rapport.accounts import queries as accounts
from rapport.accounts.doors import one_by_one
from rapport.kit.walls import inside
from rapport.routing import upkeep
from rapport.routing.presence import ROUTER_CHANNEL

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

log = logging.getLogger("rapport.router")

LOCK_CLASS = 7_301  # the first half of our advisory locks' two-part key; the second is the programme
TURN_SECONDS = 1.0
LOOK_FOR_PROGRAMMES_SECONDS = 5.0
RETRY_SECONDS = 0.5


class Router:
    """Leads the programmes it can get hold of, until told to stop."""

    def __init__(self) -> None:
        self.led: set[int] = set()
        self.stopping = False
        self._looked_at = float("-inf")

    def run(self) -> None:
        """Work until told to stop, however often the database goes away."""
        while not self.stopping:
            try:
                self._work()
            except (OperationalError, InterfaceError, psycopg.OperationalError) as error:
                log.warning("the database is away (%s); trying again", str(error).strip().splitlines()[0])
                self.led.clear()
                connection.close()
                time.sleep(RETRY_SECONDS)

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Finish the present turn, then end."""
        self.stopping = True

    def _work(self) -> None:
        close_old_connections()
        with psycopg.connect(**_listening_parameters(), autocommit=True) as ears:
            ears.execute(f"LISTEN {ROUTER_CHANNEL}")
            while not self.stopping:
                self._lead_what_is_free()
                self.take_turns()
                for _notification in ears.notifies(timeout=TURN_SECONDS, stop_after=1):
                    pass

    def take_turns(self) -> None:
        """Take a turn for every programme we lead; a fault in one does not hold up the others."""
        for programme_id in sorted(self.led):
            try:
                turn(accounts.programme_by_id(programme_id))
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                log.exception("a turn for programme %s failed; the next one tries again", programme_id)

    def _lead_what_is_free(self) -> None:
        if time.monotonic() - self._looked_at < LOOK_FOR_PROGRAMMES_SECONDS and self.led:
            return
        self._looked_at = time.monotonic()
        for programme in accounts.programmes():
            if programme.pk not in self.led and lead(programme.pk):
                self.led.add(programme.pk)
                log.info("leading programme %s", programme.key)


def turn(programme: Programme) -> int:
    """Take one turn for the programme; return how many offers were made. Safe to repeat at any time.

    Each step is a transaction inside the programme's wall, so that a step that fails undoes no other.
    """
    one_by_one(programme, upkeep.expired_offers, upkeep.end_expired_offer)
    one_by_one(programme, upkeep.lost_reps, partial(upkeep.release_lost_rep, programme))
    one_by_one(programme, upkeep.due_to_overflow, upkeep.overflow)
    with inside(programme.pk):
        return upkeep.assign(programme)


def lead(programme_id: int) -> bool:
    """Try to become the programme's router; held until this connection ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, programme_id])
        return bool(cursor.fetchone()[0])


def led_programmes() -> int:
    """Return how many programmes of this database have a router now, whichever process it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT objid) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK_CLASS],
        )
        return int(cursor.fetchone()[0])


def _listening_parameters() -> dict[str, Any]:
    parameters = dict(connection.get_connection_params())
    return {key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if key in parameters}


def main() -> None:
    """Run the router process."""
    router = Router()
    signal.signal(signal.SIGTERM, router.stop)
    signal.signal(signal.SIGINT, router.stop)
    router.run()
