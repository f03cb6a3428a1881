"""Writes of sitting in. Each takes the contact's lock first, as whatever ends the conversation does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.channels.chat import actions as chat
from rapport.contacts.access import lock_contact, readable
from rapport.events.actions import Happening, announce
from rapport.kit import clock, redaction
from rapport.kit.errors import Invalid
from rapport.kit.words import one_line
from rapport.quality.monitoring.access import access_monitored, access_sit_in
from rapport.quality.monitoring.events import MonitoringEnded, MonitoringJoined, MonitoringStarted, Whispered
from rapport.quality.monitoring.models import SitIn, Whisper

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.channels.chat.models import Message
    from rapport.contacts.models import Contact

LONGEST = 500  # characters of a whisper: it is read while talking
GOES_ON = ("active", "waiting")  # held by a rep, or handed on to the next one
GONE_AFTER = timedelta(seconds=90)  # a page not heard of for so long has been closed


@transaction.atomic
def sit_in(*, member: Member, contact_id: UUID) -> None:
    """Sit in on a chat that is held now; who does already goes on. Its rep is told."""
    contact, now = access_monitored(member, contact_id), clock.now()
    _, is_new = SitIn.objects.get_or_create(
        contact=contact,
        member=member,
        until=None,
        defaults={"programme": member.programme, "since": now, "seen_at": now},
    )
    if is_new:
        _tell(MonitoringStarted(), contact, member)


@transaction.atomic
def whisper(*, member: Member, contact_id: UUID, text: str, client_id: UUID) -> Whisper:
    """Write to the rep alone, card numbers and the like hidden. The same ``client_id`` again returns the first."""
    plain = one_line(text)
    if not plain:
        raise Invalid("Write a few words first.")
    if len(plain) > LONGEST:
        raise Invalid(f"Keep a whisper under {LONGEST} characters: it is read while talking.")
    contact = access_sit_in(member, contact_id).contact
    words = redaction.clean(plain)
    kept, is_new = Whisper.objects.get_or_create(
        contact=contact,
        client_id=client_id,
        defaults={"programme": member.programme, "member": member, "text": words, "at": clock.now()},
    )
    if is_new:
        _tell(Whispered(characters=len(words)), contact, member)
    return kept


@transaction.atomic
def join(*, member: Member, contact_id: UUID) -> None:
    """Join the conversation: the customer is told who does. Joining again changes nothing."""
    row = access_sit_in(member, contact_id)
    if row.joined_at is not None:
        return
    row.joined_at = clock.now()
    row.save(update_fields=["joined_at"])
    chat.note(row.contact, f"{_called(member)} has joined the conversation.", once=f"joined {row.pk}")
    _tell(MonitoringJoined(), row.contact, member)


@transaction.atomic
def say(*, member: Member, contact_id: UUID, text: str, client_id: UUID) -> Message:
    """Write to the customer, as a colleague of the rep, once joined."""
    row = access_sit_in(member, contact_id)
    if row.joined_at is None:
        raise Invalid("Join the conversation first: the customer does not know you are here.")
    return chat.say(row.contact, author="colleague", text=text, client_id=client_id, member=member)


@transaction.atomic
def leave(*, member: Member, contact_id: UUID) -> None:
    """No longer sit in."""
    row = access_sit_in(member, contact_id)
    _end(row, row.contact, left=True)


def pulse(*, member: Member, contact_id: UUID) -> None:
    """Note that the page of who sits in is open; it counts for nothing once they may not read the contact."""
    rows = SitIn.objects.filter(contact__in=readable(member), contact__public_id=contact_id)
    rows.filter(member=member, until=None).update(seen_at=clock.now())


def end_left(*, programme: Programme) -> int:
    """End what nobody sits in on any more: a conversation that is over, a page that is closed; return how many."""
    rows = SitIn.objects.filter(programme=programme, until=None).order_by("contact_id", "pk")
    return sum(_end_if_left(pk, contact_id) for pk, contact_id in rows.values_list("pk", "contact_id"))


@transaction.atomic
def _end_if_left(pk: int, contact_id: int) -> bool:
    contact = lock_contact(contact_id)
    row = SitIn.objects.select_for_update(of=("self",)).select_related("member__user").get(pk=pk)
    is_held = contact.state == "active" and contact.rep_id != row.member_id
    is_here = is_held and row.seen_at > clock.now() - GONE_AFTER
    if row.until is not None or is_here:
        return False
    _end(row, contact, left=False)
    return True


def _end(row: SitIn, contact: Contact, *, left: bool) -> None:
    """End one that is locked; the customer is told of a colleague who leaves a conversation that goes on."""
    row.until = clock.now()
    row.save(update_fields=["until"])
    if row.joined_at is not None and contact.state in GOES_ON and contact.rep_id != row.member_id:
        chat.note(contact, f"{_called(row.member)} has left the conversation.", once=f"left {row.pk}")
    seconds = round((row.until - row.since).total_seconds())
    _tell(MonitoringEnded(seconds=seconds, left=left), contact, row.member)


def _called(member: Member) -> str:
    """Return what the customer's page calls them: their first name, as it does the rep."""
    return (member.name.split() or ["A colleague"])[0]


def _tell(happening: Happening, contact: Contact, member: Member) -> None:
    audience = [f"beside:{contact.public_id}", *([f"member:{contact.rep_id}"] if contact.rep_id else [])]
    announce(
        happening,
        programme=contact.programme,
        subject=contact.public_id,
        actor=f"member:{member.pk}",
        audience=audience,
    )
