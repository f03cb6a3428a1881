"""Background work of Rally Notes by e-mail: nothing leaves again that is known to have left."""

from __future__ import annotations

import time
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings

from rapport.accounts.doors import in_each_real_programme, in_turn
from rapport.accounts.queries import real_programmes
from rapport.events.queries import event_by_id
from rapport.jobs.actions import job, periodic
from rapport.kit import mail
from rapport.kit.walls import inside
from rapport.recognition.mailing import actions, letters
from rapport.recognition.mailing.queries import has_due
from rapport.recognition.queries import note_of

if TYPE_CHECKING:
    import smtplib

    from rapport.accounts.models import Programme

SECONDS = 45.0  # of a run; what is left goes with the next one


@job("mailing.prepare")
def prepare(programme_id: int, event_id: int) -> None:
    """After notes were published: make one sending for each who gets them."""
    event = event_by_id(event_id)
    note = note_of(event.programme, date.fromisoformat(event.data["day"]))
    if note is not None and note.published_at is not None:
        actions.prepare(programme=event.programme, note=note)


@periodic("mailing.send", "* * * * *")
def send(timestamp: int) -> None:
    """Every minute: hand what is due to the mail server, one after the other, on one line for each programme.

    A try is committed before its letter leaves, and what came of it after: who is killed between the two leaves a
    try without an answer, which is seen, and tried again under the same Message-ID.
    """
    if settings.MAIL is not None:
        in_turn(partial(_send, settings.MAIL, time.monotonic() + SECONDS), real_programmes)


def _send(server: mail.Server, ends_at: float, programme: Programme) -> None:
    with inside(programme.pk):
        if not has_due(programme):
            return
    try:
        with mail.connected(server) as line:
            while time.monotonic() < ends_at and _send_one(server, line, programme):
                pass
    except mail.Unusable as error:
        with inside(programme.pk):
            actions.put_off(programme=programme, fault=error)


def _send_one(server: mail.Server, line: smtplib.SMTP, programme: Programme) -> bool:
    """Send one; say whether the line may be used for another."""
    with inside(programme.pk):
        sending = actions.claim(programme=programme)
        if sending is None:
            return False
        letter = letters.letter_of(sending, domain=server.domain, sender=server.sender)
    fault: mail.Refused | mail.Unanswered | mail.Unusable | None = None
    try:
        mail.hand_over(line, server, letter, to=sending.recipient.address)
    except (mail.Refused, mail.Unanswered, mail.Unusable) as error:
        fault = error
    with inside(programme.pk):
        actions.conclude(sending=sending, fault=fault)
    return fault is None or (isinstance(fault, mail.Refused) and line.sock is not None)


@periodic("mailing.let_go", "19 4 * * *")
def let_go(timestamp: int) -> None:
    """Every night: erase the addresses of who left or may no longer read."""
    in_each_real_programme(lambda programme: actions.let_go(programme=programme))
