"""The only gates to contacts; absent and forbidden look the same.

Whoever locks several rows locks the contact first, then the customer, then what hangs on them. A contact is locked
so that nobody else acts on it (``no_key``), while what merely names it can be written: PostgreSQL looks at what a
row names as the transaction ends, when it may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from rapport.accounts.roles import Right
from rapport.contacts.models import Contact
from rapport.kit.errors import NotFound
from rapport.kit.often import Given, Often

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme

NOTHING = Q(pk__in=())
_READ = ("customer__segment", "segment", "reason", "disposition")
_WITH = (*_READ, "rep__user", "programme")
_NAMED = {"programme": Given("programme"), "public_id": Given("public_id")}
_own = Often(lambda: Contact.objects.select_related(*_READ, "rep__user").filter(**_NAMED))
_locked = Often(lambda: Contact.objects.select_for_update(no_key=True).filter(pk=Given("pk")))
_in_hand = Often(lambda: Contact.objects.select_related(*_READ).filter(**_NAMED, rep=Given("rep")))


def access_contact(member: Member, public_id: UUID, *, lock: bool = False) -> Contact:
    """Return a contact that the member may read: any of the programme, their team's, or their own."""
    contacts = _contacts(lock=lock).filter(readable_by(member), programme=member.programme, public_id=public_id)
    return _found(contacts.first())


def readable_by(member: Member, on: str = "") -> Q:
    """Return the condition on contacts that the member may read; every list and count of contacts uses it.

    ``on`` leads to the contact from rows that name one, as ``contact__``: they are joined to it, which is far
    quicker than choosing them out of all contacts that the member may read.
    """
    rights = member.rights
    if Right.READ_CONTACTS in rights:
        return Q(**{f"{on}programme": member.programme_id})
    own = Q(**{f"{on}rep": member.pk}) if rights & {Right.READ_OWN_CONTACTS, Right.TAKE_CONTACTS} else NOTHING
    if Right.READ_TEAM_CONTACTS in rights and member.team_id:
        return own | Q(**{f"{on}rep__team": member.team_id})
    return own


def may_read_of(member: Member, rep: Member) -> bool:
    """Say whether the member may read all contacts that this rep of the programme had."""
    if member.pk == rep.pk or member.may(Right.READ_CONTACTS):
        return True
    return member.may(Right.READ_TEAM_CONTACTS) and member.team_id is not None and member.team_id == rep.team_id


def readable(member: Member) -> QuerySet[Contact]:
    """Return the contacts that the member may read, for a query to choose by."""
    return Contact.objects.filter(readable_by(member), programme=member.programme)


def access_in_hand(member: Member, public_id: UUID, *, lock: bool = False) -> Contact:
    """Return a contact that the member holds now; to act on it, reading it is not enough."""
    named = {"programme": member.programme_id, "public_id": public_id, "rep": member.pk}
    if lock:
        held = Contact.objects.select_for_update(no_key=True, of=("self",)).select_related(*_READ)
        contact = _found(held.filter(**named).first())
    else:
        contact = _found(_in_hand.first(**named))
    contact.programme, contact.rep = member.programme, member
    return contact


def access_own(programme: Programme, public_id: UUID, *, lock: bool = False) -> Contact:
    """Return a contact for who was given its id: its customer by signed cookie, a program by token, a job."""
    named = {"programme": programme.pk, "public_id": public_id}
    contact = _found(_contacts(lock=True).filter(**named).first() if lock else _own.first(**named))
    contact.programme = programme
    return contact


def access_by_external_id(programme: Programme, external_id: str) -> Contact:
    """Return a contact by what it is called where it came from, for a program by token or a command."""
    contact = _found(_contacts(lock=False).filter(programme=programme, external_id=external_id).first())
    contact.programme = programme
    return contact


def lock_contact(contact_id: int) -> Contact:
    """Return the contact locked until the transaction ends, for the router, jobs and adapters."""
    rows = Contact.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related(*_WITH).get(pk=contact_id)


def lock_own(contact: Contact) -> Contact:
    """Return the contact as it stands now, locked until the transaction ends, in the programme read before."""
    held = _found(_locked.first(pk=contact.pk))
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
    contacts = Contact.objects.select_for_update(no_key=True).filter(pk__in=list(contact_ids)).order_by("pk")
    return list(contacts.only("programme", "public_id", "channel", "state", "rep"))


def _contacts(*, lock: bool) -> QuerySet[Contact]:
    contacts = Contact.objects.select_related(*_WITH)
    return contacts.select_for_update(no_key=True, of=("self",)) if lock else contacts


def _found(contact: Contact | None) -> Contact:
    if contact is None:
        raise NotFound
    return contact
