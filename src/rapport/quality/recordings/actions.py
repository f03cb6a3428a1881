"""Writes about what is on file already: remarks at a moment of a contact, and removing what nobody can hear."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.contacts.access import access_contact
from rapport.events.actions import announce
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.walls import inside
from rapport.kit.words import one_line
from rapport.quality.events import RemarkMade, RemarkTaken
from rapport.quality.recordings import store
from rapport.quality.recordings.access import access_own_remark
from rapport.quality.recordings.models import Recording, Remark

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

LONGEST = 300  # characters of a remark
MOST_REMARKS = 200  # on one contact
AFTERWARDS = timedelta(hours=24)  # so far from its contact a moment may be: clocks of telephone systems differ
UNNAMED = timedelta(days=1)  # so long a file may lie there before its recording is committed


@transaction.atomic
def remark(*, member: Member, contact_id: UUID, moment: datetime, words: str) -> Remark:
    """Write something at a moment of a contact that the member may read; card numbers and the like are hidden."""
    contact = access_contact(member, contact_id, lock=True)
    plain = one_line(words)
    if not plain:
        raise Invalid("Write what you noticed at this moment.")
    if len(plain) > LONGEST:
        raise Invalid(f"Keep a remark under {LONGEST} characters.")
    if not contact.arrived_at - AFTERWARDS <= moment <= (contact.closed_at or clock.now()) + AFTERWARDS:
        raise Invalid("This moment is not one of the contact.")
    if Remark.objects.filter(contact=contact).count() >= MOST_REMARKS:
        raise Conflict(f"This contact has {MOST_REMARKS} remarks already.")
    made = Remark.objects.create(
        programme=member.programme,
        contact=contact,
        moment=moment,
        words=redaction.clean(plain),
        made_by=member,
        made_at=clock.now(),
    )
    told = RemarkMade(str(made.public_id))
    announce(told, programme=member.programme, subject=contact.public_id, actor=f"member:{member.pk}")
    return made


@transaction.atomic
def take_remark(*, member: Member, remark_id: UUID) -> UUID:
    """Take away a remark of one's own; return the contact that it was on."""
    made = access_own_remark(member, remark_id)
    contact, told = made.contact.public_id, RemarkTaken(str(made.public_id))
    made.delete()
    announce(told, programme=member.programme, subject=contact, actor=f"member:{member.pk}")
    return contact


def remove_unheard(*, programme: Programme) -> int:
    """Remove the files of recordings that were let go, and those that no recording names; return how many.

    The programme is entered for a moment: no transaction is open while the storage is asked.
    """
    rows = Recording.objects.filter(programme=programme)
    with inside(programme.pk):
        named, let_go = (
            {str(name) for name in some.values_list("public_id", flat=True).iterator(chunk_size=5000)}
            for some in (rows, rows.filter(sealed_secret=""))
        )
    return store.sweep(programme.key, let_go=let_go, named=named, before=clock.now() - UNNAMED)
