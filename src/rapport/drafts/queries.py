"""Reads of drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.drafts.models import Draft, Service

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact


def service_of(programme: Programme) -> Service | None:
    """Return the programme's service, on or off."""
    return Service.objects.filter(programme=programme).first()


def is_on(programme: Programme) -> bool:
    """Say whether reps of the programme may ask for drafts."""
    return Service.objects.filter(programme=programme, is_on=True).exists()


def kind_now(contact: Contact) -> Draft.Kind | None:
    """Return what is drafted as the contact stands: the next message, or the wrap-up's line; None: nothing."""
    kinds = {"active": Draft.Kind.REPLY, "wrap_up": Draft.Kind.SUMMARY}
    return kinds.get(contact.state)


def draft_of(contact: Contact) -> Draft | None:
    """Return the newest draft of what is written now on the contact that was not put away."""
    newest = Draft.objects.filter(contact=contact, kind=kind_now(contact)).order_by("-pk").first()
    return newest if newest is not None and newest.state != Draft.State.DISMISSED else None
