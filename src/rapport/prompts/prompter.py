"""The prompter process: hears what is said as it is said, and writes prompts for whoever has the contact.

Chat tells it which contact was spoken on; it hears the messages behind the last it heard, under that contact's
lock, so any number of prompters may run. What nobody heard, since none ran or one was killed, is found by a look
every few seconds. Without it everything goes on, without prompts.
"""

from __future__ import annotations

import gc
import logging
import signal
import time
from collections.abc import Iterable
from types import FrameType
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
from django.db import close_old_connections, connection
from django.db.utils import InterfaceError, OperationalError

from rapport.accounts import queries as accounts
from rapport.channels.chat.queries import last_said
from rapport.channels.said import CHANNEL
from rapport.kit import away
from rapport.kit.errors import NotFound
from rapport.kit.walls import inside
from rapport.prompts import hearing
from rapport.prompts.recognisers import recogniser

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

log = logging.getLogger("rapport.prompter")

LOOK_SECONDS = 5.0
RETRY_SECONDS = 0.5
TOGETHER = 16  # contacts heard in one transaction
PARAMETERS = ("dbname", "user", "password", "host", "port")
Place = tuple[int, UUID]


class Prompter:
    """Hears every programme until told to stop."""

    def __init__(self) -> None:
        self.by = recogniser()
        self.stopping = False
        self._programmes: dict[int, Programme] = {}  # as they were at the last look
        self._look_at: list[Programme] = []
        self._look_again_at = float("-inf")

    def run(self) -> None:
        """Work until told to stop, however often the database goes away."""
        while not self.stopping:
            try:
                self._work()
            except (OperationalError, InterfaceError, psycopg.OperationalError) as error:
                away.tell(log, error, "trying again")
                connection.close()
                time.sleep(RETRY_SECONDS)

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Finish what is being heard, then end."""
        self.stopping = True

    def _work(self) -> None:
        close_old_connections()
        self._look_at = []
        self._look_again_at = float("-inf")  # what was said while nobody listened is looked for
        kept = connection.get_connection_params()
        with psycopg.connect(**{key: kept[key] for key in PARAMETERS if key in kept}, autocommit=True) as ears:
            ears.execute(f"LISTEN {CHANNEL}")
            while not self.stopping:
                self._hear(self._told(ears))
                self._look_on()

    def _told(self, ears: psycopg.Connection) -> list[Place]:
        """Wait until something is said or a look is due; return where, each once, in the order told."""
        wait = 0.0 if self._look_at else max(0.0, self._look_again_at - time.monotonic())
        told: dict[Place, None] = {}
        for timeout, most in ((wait, 1), (0.0, None)):  # what has come meanwhile is taken in at once
            for notification in ears.notifies(timeout=timeout, stop_after=most):
                programme_id, _, contact_id = notification.payload.partition(" ")
                told[int(programme_id), UUID(contact_id)] = None
        return list(told)

    def look(self) -> None:
        """Hear what is open and was not heard, in every programme."""
        self._look_again_at = float("-inf")
        self._look_on()
        while self._look_at:
            self._look_on()

    def _look_on(self) -> None:
        """Look at one more programme where a look is due: what is said meanwhile does not wait for all of them."""
        if not self._look_at and time.monotonic() >= self._look_again_at:
            self._look_again_at = time.monotonic() + LOOK_SECONDS
            self._look_at = accounts.programmes()
            self._programmes = {one.pk: one for one in self._look_at}
        if self._look_at:
            programme = self._look_at.pop()
            with inside(programme.pk):
                missed = hearing.unheard(programme, last_said(programme))
            self._hear([(programme.pk, one) for one in missed])

    def _hear(self, told: Iterable[Place]) -> None:
        """Hear these contacts, those of a programme together."""
        by_programme: dict[int, list[UUID]] = {}
        for programme_id, contact_id in told:
            by_programme.setdefault(programme_id, []).append(contact_id)
        for programme_id, contacts in by_programme.items():
            if programme_id not in self._programmes:
                self._programmes[programme_id] = accounts.programme_by_id(programme_id)
            for start in range(0, len(contacts), TOGETHER):
                self._hear_together(self._programmes[programme_id], contacts[start : start + TOGETHER])

    def _hear_together(self, programme: Programme, contacts: list[UUID]) -> None:
        """Hear contacts in one transaction; a fault in one is told and does not hold up the others."""
        try:
            with inside(programme.pk):
                hearing.hear_chats(programme, contacts, by=self.by)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            if len(contacts) > 1:
                for one in contacts:
                    self._hear_together(programme, [one])
            elif not isinstance(error, NotFound):
                log.exception(
                    "what was said on contact %s could not be heard; it goes without prompts", contacts[0]
                )
                with inside(programme.pk):
                    hearing.pass_over(programme, contacts[0])


def main() -> None:
    """Run the prompter process."""
    prompter = Prompter()
    gc.freeze()  # the models stay for good: nothing that is heard waits while they are looked through
    signal.signal(signal.SIGTERM, prompter.stop)
    signal.signal(signal.SIGINT, prompter.stop)
    prompter.run()
