"""A record to look at: looks of the last days, a watch list, and alarms in each of their states."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rapport.accounts.roles import Right
from rapport.audit import alarms, jobs
from rapport.audit.actions import note_export, note_look, note_refusal
from rapport.audit.lookers import Looker
from rapport.audit.queries import open_alarms
from rapport.audit.rules import Rules
from rapport.contacts.queries import arrived_between
from rapport.customers.queries import customer_by_key
from rapport.kit import clock

if TYPE_CHECKING:
    from datetime import datetime

    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact

HOURS = 8
MOST_LOOKS = 60
FIRST_FLOOR = "192.0.2.17"  # an address kept for examples


def make(programme: Programme, *, supervisor: Member, manager: Member, rep: Member, now: datetime) -> None:
    """Have people look at the last contacts, and one or two of them at more than they should."""
    _at_night(programme, supervisor, manager, now)
    late = now - timedelta(minutes=5)
    recent = arrived_between(manager, now - timedelta(hours=HOURS), late, limit=MOST_LOOKS)
    answered = [contact for contact in recent if contact.customer and contact.rep and contact.answered_at]
    for contact in sorted(answered, key=_answered):
        if contact.rep and _answered(contact) < late:
            _at_desk(contact, contact.rep)
    for minutes, contact in enumerate(recent[:4]):
        with clock.at(late + timedelta(minutes=minutes)):
            _read(programme, supervisor, contact)
    _refused(programme, rep, now)
    _watched(programme, supervisor, manager, now)
    jobs.seal_now.defer(programme_id=programme.pk)


def _answered(contact: Contact) -> datetime:
    return contact.answered_at or contact.arrived_at


def _at_desk(contact: Contact, rep: Member) -> None:
    with clock.at(_answered(contact)):
        note_look(
            Looker(contact.programme, f"member:{rep.pk}", FIRST_FLOOR),
            what="customer",
            right=Right.TAKE_CONTACTS,
            why="the contact in hand",
            subject=contact.customer.public_id if contact.customer else None,
            contact=contact.public_id,
        )


def _read(programme: Programme, reader: Member, contact: Contact) -> None:
    note_look(
        Looker(programme, f"member:{reader.pk}", FIRST_FLOOR),
        what="contact",
        right=Right.READ_CONTACTS,
        why="a contact's page",
        subject=contact.customer.public_id if contact.customer else contact.public_id,
        about=f"contact {contact.public_id}",
    )


def _watched(programme: Programme, supervisor: Member, manager: Member, now: datetime) -> None:
    """Put two customers on the watch list, and have one of them looked at: the manager owns that alarm."""
    by = Looker(programme, f"member:{supervisor.pk}", FIRST_FLOOR)
    for number, kind in ((100_010, "watched"), (100_011, "colleague")):
        customer = customer_by_key(programme, f"N-{number}")
        if customer is None:
            continue
        with clock.at(now - timedelta(days=2)):
            alarms.watch(programme=programme, customer=customer.public_id, kind=kind, member=manager)
        if kind == "watched":
            with clock.at(now - timedelta(seconds=30)):
                note_look(
                    by, what="contact", right=Right.READ_CONTACTS, subject=customer.public_id, why="a search"
                )
    for row in open_alarms(manager):
        if row.alarm.cause == "look_at_watched":
            alarms.take(member=manager, alarm_id=row.alarm.public_id)


def _at_night(programme: Programme, supervisor: Member, manager: Member, now: datetime) -> None:
    """Have figures taken out in the night before, and the manager find out why."""
    night = now.astimezone(programme.zone).replace(hour=1, minute=12) - timedelta(days=1)
    by = Looker(programme, f"member:{supervisor.pk}", "198.51.100.4")
    with clock.at(night):
        note_export(by, what="figures", right=Right.EXPORT, rows=720, about="day-hour", why="figures as a file")
    for row in open_alarms(manager):
        if row.alarm.cause == "export_at_night":
            alarms.take(member=manager, alarm_id=row.alarm.public_id)
            words = "Asked Sasha: the figures for the partner's meeting at eight."
            alarms.close(member=manager, alarm_id=row.alarm.public_id, finding="explained", words=words)


def _refused(programme: Programme, rep: Member, now: datetime) -> None:
    """Have a rep try the reports again and again; nobody owns that alarm yet."""
    for minutes in range(Rules().refusals):
        with clock.at(now - timedelta(minutes=40 - minutes)):
            path = f"/at/{programme.key}/reports/"
            note_refusal(programme=programme, actor=f"member:{rep.pk}", status=403, path=path, address=FIRST_FLOOR)
