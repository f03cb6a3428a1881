"""What tests of Rally Notes by e-mail begin with: addresses, notes that were published, a run of the job."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

from rapport.accounts.models import Member
from rapport.conftest import World
from rapport.events.models import Event
from rapport.kit import clock
from rapport.recognition.mailing import actions, jobs, letters
from rapport.recognition.mailing.models import Recipient, Sending
from rapport.recognition.models import RallyNote
from rapport.recognition.tests.test_rally import NOON, published

PAGE = "/at/cards/rally/by-mail/"
REP, PARTNER = "rosa@example.org", "them@partner.example"


def wanted(member: Member, address: str = REP, *, confirmed: bool = True) -> Recipient:
    made = actions.want(member=member, address=address)
    if confirmed:
        Sending.objects.filter(recipient=made).delete()  # its code came
        actions.confirm(member=member, code=letters.code_of(made))
    return made


def prepared(world: World) -> RallyNote:
    """Publish notes and do the job that hears of it."""
    note = published(world)
    told = Event.objects.get(name="rally.published")
    with clock.at(NOON):
        jobs.prepare(programme_id=world.programme.pk, event_id=told.pk)
    return note


def sent(after: timedelta = timedelta()) -> None:
    with clock.at(NOON + after):
        jobs.send(0)


def words_of(letter: EmailMessage) -> str:
    return str(letter.get_content()).replace("\r\n", "\n")
