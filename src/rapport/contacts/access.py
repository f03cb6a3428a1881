"""The only gates to contacts; absent and forbidden look the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from rapport.accounts.roles import Right
from rapport.contacts.models import Contact
from rapport.kit.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme

NOTHING = Q(pk__in=())
_WITH = ("customer__segment", "segment", "reason", "disposition", "rep__user", "programme")


def access_contact(member: Member, public_id: UUID, *, lock: bool = False) -> Contact:
    """Return a contact that the member may read: any of the programme, their team's, or their own."""
    contacts = _contacts(lock=lock).filter(readable_by(member), programme=member.programme, public_id=public_id)
    return _one(contacts)


def readable_by(member: Member) -> Q:
    """Return the condition on contacts that the member may read; every list and count of contacts uses it."""
    rights = member.rights
    if Right.READ_CONTACTS in rights:
        return Q(programme=member.programme_id)
    own = Q(rep=member.pk) if rights & {Right.READ_OWN_CONTACTS, Right.TAKE_CONTACTS} else NOTHING
    if Right.READ_TEAM_CONTACTS in rights and member.team_id:
        return own | Q(rep__team=member.team_id)
    return own


def access_in_hand(member: Member, public_id: UUID, *, lock: bool = False) -> Contact:
    """Return a contact that the member holds now; to act on it, reading it is not enough."""
    held = Contact.objects.filter(programme=member.programme, public_id=public_id, rep=member)
    held = held.select_related("customer__segment", "segment", "reason", "disposition")
    contact = _one(held.select_for_update(of=("self",)) if lock else held)
    contact.programme, contact.rep = member.programme, member
    return contact


def access_own(programme: Programme, public_id: UUID, *, lock: bool = False) -> Contact:
    """Return a contact for who was given its id: its customer by signed cookie, a program by token, a job."""
    return _one(_contacts(lock=lock).filter(programme=programme, public_id=public_id))


def lock_contact(contact_id: int) -> Contact:
    """Return the contact locked until the transaction ends, for the router, jobs and adapters."""
    return Contact.objects.select_for_update(of=("self",)).select_related(*_WITH).get(pk=contact_id)


def lock_own(contact: Contact) -> Contact:
    """Return the contact as it stands now, locked until the transaction ends, in the programme read before."""
    held = Contact.objects.select_for_update().get(pk=contact.pk)
    held.programme = contact.programme
    return held


def state_held(contact: Contact) -> str:
    """Return the state that the contact is in now; it stays so until the transaction ends."""
    rows = Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk)
    return rows.values_list("state", flat=True).get()


def lock_contacts(contact_ids: Iterable[int]) -> list[Contact]:
    """Return many contacts locked, in the one order in which contacts are locked: by id. For the router.

    Only what an offer needs of them is read.
    """
    contacts = Contact.objects.select_for_update().only("programme", "public_id", "channel", "state", "rep")
    return list(contacts.filter(pk__in=list(contact_ids)).order_by("pk"))


def _contacts(*, lock: bool) -> QuerySet[Contact]:
    contacts = Contact.objects.select_related(*_WITH)
    return contacts.select_for_update(of=("self",)) if lock else contacts


def _one(contacts: QuerySet[Contact]) -> Contact:
    contact = contacts.first()
    if contact is None:
        raise NotFound
    return contact
