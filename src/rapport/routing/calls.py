"""Calls that a telephone system puts through: who had the call goes on, who has it now is on a contact."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.contacts import actions as contacts
from rapport.contacts.access import lock_contact
from rapport.routing.actions import answer_elsewhere
from rapport.routing.models import Doing
from rapport.routing.presence import follow_hand, locked_together

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.actions import Stretch
    from rapport.contacts.models import Contact


@transaction.atomic
def put_through(contact: Contact, *, to: Member | None, queue: str, waits: bool, actor: str, at: datetime) -> None:
    """Take a call from its rep at that time, for a person (None: none of ours) or, where it waits, for a queue."""
    contact = lock_contact(contact.pk)
    before = contact.rep
    held = locked_together(one for one in {before, to} if one is not None)
    contacts.put_through(contact, queue=queue, to=to, actor=actor, at=at)
    if not waits:
        answer_elsewhere(contact, rep=to, actor=actor, at=at)
    if before is not None:
        follow_hand(held[before.pk], actor=actor)


@transaction.atomic
def retell(contact: Contact, *, stretches: list[Stretch], ended_at: datetime | None, actor: str) -> None:
    """Let a call have gone as is known now; who had it last has it in hand, or wraps it up at a desk."""
    contact = lock_contact(contact.pk)
    held = locked_together({one.rep for one in stretches if one.rep} | ({contact.rep} if contact.rep else set()))
    contacts.retell(contact, stretches=stretches, ended_at=ended_at, actor=actor)
    if contact.state == "wrap_up" and (contact.rep is None or held[contact.rep.pk].doing == Doing.OFFLINE):
        contacts.close(contact, actor=actor, disposition=None, resolved=None, at=contact.ended_at)
    for one in held.values():
        follow_hand(one, actor=actor)
