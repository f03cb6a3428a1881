"""The router process: the one writer of assignments for each programme.

It leads a programme while it holds that programme's advisory lock, on the very connection it writes with: when
the connection dies, the lock is gone and so is the ability to write. A second router stands by and takes over
whatever programme is free. It keeps the floor of each programme it leads (``standing``): a notification says which
row to read again. Every second it sees to what time alone brings about (offers that run out, steps that widen,
reps that fall silent). All it knows it can read from the database, so a kill at any moment loses nothing.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import close_old_connections, connection
from django.db.utils import InterfaceError, OperationalError

from rapport.accounts import queries as accounts
from rapport.accounts.doors import one_by_one
from rapport.kit import away
from rapport.kit.turns import Turn
from rapport.kit.walls import inside
from rapport.routing import upkeep
from rapport.routing.offering import Chosen, offer_batch
from rapport.routing.presence import ROUTER_CHANNEL
from rapport.routing.standing import StandingFloor

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

log = logging.getLogger("rapport.router")

TURN_SECONDS = 1.0
LOOK_FOR_PROGRAMMES_SECONDS = 5.0
RETRY_SECONDS = 0.5
DOUBT_SECONDS = 0.02  # until a rep whom somebody was just changing is looked at again
AT_ONCE = 200  # offers in one transaction at most


@dataclass(slots=True)
class Told:
    """Which rows of a programme to read again, as notifications said; ``all``: everything."""

    all: bool = False
    contacts: set[int] = field(default_factory=set)
    members: set[int] = field(default_factory=set)

    def hear(self, words: list[str]) -> None:
        """Take in the words of a notification, such as c123 and m45; for what is none, everything is read."""
        kinds = {"c": self.contacts, "m": self.members}
        for word in words:
            if word[:1] in kinds and word[1:].isdecimal():
                kinds[word[:1]].add(int(word[1:]))
            else:
                self.all = True
        self.all = self.all or not words


class Router:
    """Leads the programmes it can get hold of, until told to stop."""

    def __init__(self) -> None:
        self.led: set[int] = set()
        self.floors: dict[int, StandingFloor] = {}
        self.stopping = False
        self._looked_at = float("-inf")
        self._kept_up_at = float("-inf")

    def run(self) -> None:
        """Work until told to stop, however often the database goes away."""
        while not self.stopping:
            try:
                self._work()
            except (OperationalError, InterfaceError, psycopg.OperationalError) as error:
                away.tell(log, error, "trying again")
                self.led.clear()
                connection.close()
                time.sleep(RETRY_SECONDS)

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Finish the present turn, then end."""
        self.stopping = True

    def _work(self) -> None:
        close_old_connections()
        self.floors.clear()  # what changed while nobody listened is not known
        with psycopg.connect(**_listening_parameters(), autocommit=True) as ears:
            ears.execute(f"LISTEN {ROUTER_CHANNEL}")
            while not self.stopping:
                self._lead_what_is_free()
                if time.monotonic() - self._kept_up_at >= TURN_SECONDS:
                    self._kept_up_at = time.monotonic()
                    self.take_turns()
                for programme_id, told in self._hear(ears).items():
                    self._take(programme_id, partial(self._go_on, told=told))

    def _hear(self, ears: psycopg.Connection) -> dict[int, Told]:
        """Wait until something happens or a turn is due; return what to read again, by programme."""
        wait = max(0.0, self._kept_up_at + TURN_SECONDS - time.monotonic())
        doubtful = [programme_id for programme_id, floor in self.floors.items() if floor.doubt]
        told: dict[int, Told] = {programme_id: Told() for programme_id in doubtful}
        for last in (False, True):  # what has come meanwhile is taken in at once
            timeout = 0.0 if last else min(wait, DOUBT_SECONDS) if doubtful else wait
            for notification in ears.notifies(timeout=timeout, stop_after=None if last else 1):
                programme_id, *words = notification.payload.split() or ("",)
                if programme_id.isdecimal():
                    told.setdefault(int(programme_id), Told()).hear(words)
        return {programme_id: each for programme_id, each in told.items() if programme_id in self.led}

    def take_turns(self) -> None:
        """Take a whole turn for every programme we lead."""
        for programme_id in sorted(self.led):
            self._take(programme_id, self._turn)

    def _take(self, programme_id: int, work: Callable[[int], object]) -> None:
        """Work for one programme; a fault in it does not hold up the others, and its floor is read anew."""
        try:
            work(programme_id)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            self.floors.pop(programme_id, None)
            log.exception("a turn for programme %s failed; the next one tries again", programme_id)

    def _turn(self, programme_id: int) -> None:
        programme = accounts.programme_by_id(programme_id)
        keep_up(programme)
        floor = self.floors.get(programme_id)
        with inside(programme_id):
            if floor is None:
                floor = self.floors[programme_id] = StandingFloor(programme)
            else:
                floor.programme = programme
                floor.heal()
            choices = floor.choose()
        offer(floor, choices)

    def _go_on(self, programme_id: int, *, told: Told) -> None:
        floor = self.floors.get(programme_id)
        with inside(programme_id):
            if floor is None or told.all:
                floor = self.floors[programme_id] = StandingFloor(accounts.programme_by_id(programme_id))
            else:
                floor.read(contacts=told.contacts, members=told.members)
            choices = floor.choose()
        offer(floor, choices)

    def _lead_what_is_free(self) -> None:
        if time.monotonic() - self._looked_at < LOOK_FOR_PROGRAMMES_SECONDS and self.led:
            return
        self._looked_at = time.monotonic()
        for programme in accounts.programmes():
            if programme.pk not in self.led and lead(programme.pk):
                self.led.add(programme.pk)
                log.info("leading programme %s", programme.key)


def turn(programme: Programme) -> int:
    """Take one turn for the programme as a router that has just begun; return how many offers were made.

    Safe to repeat at any time.
    """
    keep_up(programme)
    with inside(programme.pk):
        floor = StandingFloor(programme)
        choices = floor.choose()
    return offer(floor, choices)


def keep_up(programme: Programme) -> None:
    """Do what time alone brings about; each step is a transaction, so that one that fails undoes no other.

    Nor does it hold up the others, or the turn: it is tried again in the next one.
    """
    steps: tuple[Callable[[], object], ...] = (
        partial(one_by_one, programme, upkeep.expired_offers, upkeep.end_expired_offer),
        partial(one_by_one, programme, upkeep.unpermitted_offers, upkeep.withdraw_unpermitted),
        partial(one_by_one, programme, upkeep.lost_reps, partial(upkeep.release_lost_rep, programme)),
        partial(one_by_one, programme, upkeep.due_to_overflow, upkeep.overflow),
    )
    for step in steps:
        try:
            step()
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("upkeep for programme %s failed in part; the next turn tries again", programme.key)


def offer(floor: StandingFloor, choices: Sequence[Chosen]) -> int:
    """Write the offers, each batch in one transaction; what did not fit any more is in doubt. Return how many."""
    made = 0
    for first in range(0, len(choices), AT_ONCE):
        batch = sorted(choices[first : first + AT_ONCE], key=lambda one: one.contact)
        with inside(floor.programme.pk):
            left = offer_batch(floor.programme, batch)
        floor.doubt.update((one.contact, one.rep) for one in left)
        made += len(batch) - len(left)
    return made


def lead(programme_id: int) -> bool:
    """Try to become the programme's router; held until this connection ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [Turn.ROUTER.value, programme_id])
        return bool(cursor.fetchone()[0])


def led_programmes() -> int:
    """Return how many programmes of this database have a router now, whichever process it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT objid) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [Turn.ROUTER.value],
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
