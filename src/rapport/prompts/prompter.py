"""The prompter process: hears what is said as it is said, and writes prompts for whoever has the contact.

Chat tells it which contact was spoken on; it hears the messages behind the last it heard, under that contact's
lock, so any number of prompters may run. What nobody heard, since none ran or one was killed, is found by a look
every few seconds. Without it everything goes on, without prompts.
"""

from __future__ import annotations

import logging
import signal
import time
from types import FrameType
from uuid import UUID

import psycopg
from django.db import close_old_connections, connection
from django.db.utils import InterfaceError, OperationalError

from rapport.accounts import queries as accounts
from rapport.channels.chat.queries import last_said
from rapport.channels.said import CHANNEL
from rapport.kit.errors import NotFound
from rapport.kit.walls import inside
from rapport.prompts import hearing
from rapport.prompts.recognisers import recogniser

log = logging.getLogger("rapport.prompter")

LOOK_SECONDS = 5.0
RETRY_SECONDS = 0.5
PARAMETERS = ("dbname", "user", "password", "host", "port")
Place = tuple[int, UUID]


class Prompter:
    """Hears every programme until told to stop."""

    def __init__(self) -> None:
        self.by = recogniser()
        self.stopping = False
        self._looked_at = float("-inf")

    def run(self) -> None:
        """Work until told to stop, however often the database goes away."""
        while not self.stopping:
            try:
                self._work()
            except (OperationalError, InterfaceError, psycopg.OperationalError) as error:
                log.warning("the database is away (%s); trying again", str(error).strip().splitlines()[0])
                connection.close()
                time.sleep(RETRY_SECONDS)

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Finish what is being heard, then end."""
        self.stopping = True

    def _work(self) -> None:
        close_old_connections()
        self._looked_at = float("-inf")  # what was said while nobody listened is looked for
        kept = connection.get_connection_params()
        with psycopg.connect(**{key: kept[key] for key in PARAMETERS if key in kept}, autocommit=True) as ears:
            ears.execute(f"LISTEN {CHANNEL}")
            while not self.stopping:
                if time.monotonic() - self._looked_at >= LOOK_SECONDS:
                    self._looked_at = time.monotonic()
                    self.look()
                for programme_id, contact_id in self._told(ears):
                    self._hear(programme_id, contact_id)

    def _told(self, ears: psycopg.Connection) -> list[Place]:
        """Wait until something is said or a look is due; return where, each once, in the order told."""
        wait = max(0.0, self._looked_at + LOOK_SECONDS - time.monotonic())
        told: dict[Place, None] = {}
        for timeout, most in ((wait, 1), (0.0, None)):  # what has come meanwhile is taken in at once
            for notification in ears.notifies(timeout=timeout, stop_after=most):
                programme_id, _, contact_id = notification.payload.partition(" ")
                told[int(programme_id), UUID(contact_id)] = None
        return list(told)

    def look(self) -> None:
        """Hear what is open and was not heard, in every programme."""
        for programme in accounts.programmes():
            with inside(programme.pk):
                missed = hearing.unheard(programme, last_said(programme))
            for contact_id in missed:
                self._hear(programme.pk, contact_id)

    def _hear(self, programme_id: int, contact_id: UUID) -> None:
        """Hear one contact; a fault in it is told and does not hold up the others."""
        programme = accounts.programme_by_id(programme_id)
        try:
            with inside(programme_id):
                hearing.hear_chat(programme, contact_id, by=self.by)
        except (OperationalError, InterfaceError):
            raise
        except NotFound:
            return
        except Exception:
            log.exception("what was said on contact %s could not be heard; it goes without prompts", contact_id)
            with inside(programme_id):
                hearing.pass_over(programme, contact_id)


def main() -> None:
    """Run the prompter process."""
    prompter = Prompter()
    signal.signal(signal.SIGTERM, prompter.stop)
    signal.signal(signal.SIGINT, prompter.stop)
    prompter.run()
