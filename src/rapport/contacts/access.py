"""The only gates to contacts; absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from rapport.accounts.roles import Right
from rapport.contacts.models import Contact
from rapport.kit.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme

_WITH = ("customer__segment", "segment", "reason", "disposition", "rep__user", "programme")


def access_contact(member: Member, public_id: UUID, *, lock: bool = False) -> Contact:
    """Return a contact for a member: any of the programme with the right to read them, else only their own."""
    contacts = _contacts(lock=lock).filter(programme=member.programme, public_id=public_id)
    if not member.may(Right.READ_CONTACTS):
        contacts = contacts.filter(rep=member)
    return _one(contacts)


def access_in_hand(member: Member, public_id: UUID, *, lock: bool = False) -> Contact:
    """Return a contact that the member holds now; to act on it, reading it is not enough."""
    return _one(_contacts(lock=lock).filter(programme=member.programme, public_id=public_id, rep=member))


def access_own(programme: Programme, public_id: UUID, *, lock: bool = False) -> Contact:
    """Return a contact for who was given its id: its customer by signed cookie, a program by token, a job."""
    return _one(_contacts(lock=lock).filter(programme=programme, public_id=public_id))


def lock_contact(contact_id: int) -> Contact:
    """Return the contact locked until the transaction ends, for the router, jobs and adapters."""
    return Contact.objects.select_for_update(of=("self",)).select_related(*_WITH).get(pk=contact_id)


def _contacts(*, lock: bool) -> QuerySet[Contact]:
    contacts = Contact.objects.select_related(*_WITH)
    return contacts.select_for_update(of=("self",)) if lock else contacts


def _one(contacts: QuerySet[Contact]) -> Contact:
    contact = contacts.first()
    if contact is None:
        raise NotFound
    return contact
