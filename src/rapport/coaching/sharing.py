"""Reps who agree to be named where they do well: what they do, and contacts of theirs to read and hear."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.coaching import events
from rapport.coaching.access import best_of
from rapport.coaching.models import MOST_SHARED, SharedContact, Sharing
from rapport.coaching.standing import measure_names
from rapport.contacts.access import access_contact
from rapport.events.actions import Happening, announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

LONGEST = 300


@transaction.atomic
def agree_to_share(*, member: Member, measure: str, does: str) -> Sharing:
    """Agree, for oneself, to be named in a measure while among the best quarter, with what one does."""
    does = does.strip().replace("\x00", "")
    if measure not in measure_names(member.programme):
        raise Invalid("Choose a measure.")
    if not does or len(does) > LONGEST:
        raise Invalid(f"Say what you do, in at most {LONGEST} characters.")
    told = {"programme": member.programme, "does": does, "agreed_at": clock.now()}
    row, _ = Sharing.objects.update_or_create(rep=member, measure=measure, defaults=told)
    _tell(events.SharingAgreed(rep=member.agent_id, measure=measure), member)
    return row


@transaction.atomic
def take_back(*, member: Member, measure: str) -> None:
    """Be named in a measure no more, at once, with its contacts; where nothing is shared, nothing is done."""
    deleted, _ = Sharing.objects.filter(programme=member.programme, rep=member, measure=measure).delete()
    if deleted:
        _tell(events.SharingTakenBack(rep=member.agent_id, measure=measure), member)


@transaction.atomic
def share_contact(*, member: Member, measure: str, contact_id: UUID) -> SharedContact:
    """Let others read and hear a contact of one's own, three at most a measure. Sent twice, the first counts."""
    sharing = Sharing.objects.select_for_update().filter(
        programme=member.programme, rep=member, measure=measure
    ).first()  # fmt: skip
    if sharing is None:
        raise Conflict("Say first what you do in this measure.")
    contact = access_contact(member, contact_id)
    if contact.rep_id != member.pk or contact.state != "closed":
        raise Forbidden("Share a contact that was yours to the end.")
    if contact.transfers:
        raise Forbidden("A colleague had part of it, and did not agree. Share one that was yours alone.")
    there = {one.number: one for one in sharing.contacts.all()}
    if again := next((one for one in there.values() if one.contact_id == contact.pk), None):
        return again
    free = next((number for number in range(1, MOST_SHARED + 1) if number not in there), None)
    if free is None:
        raise Conflict("Three contacts are shared already. Take one back first.")
    row = SharedContact.objects.create(
        programme=member.programme, sharing=sharing, contact=contact, number=free, shared_at=clock.now()
    )
    _tell(events.ContactShared(rep=member.agent_id, measure=measure, contact=str(contact.public_id)), member)
    return row


@transaction.atomic
def take_contact_back(*, member: Member, shared: UUID) -> None:
    """Let others read and hear a contact no more, at once; where it is not shared, nothing is done."""
    rows = SharedContact.objects.select_related("sharing", "contact").filter(
        programme=member.programme, sharing__rep=member, public_id=shared
    )
    for row in rows:
        row.delete()
        told = events.ContactTakenBack(
            rep=member.agent_id, measure=row.sharing.measure, contact=str(row.contact.public_id)
        )
        _tell(told, member)


def shared_by(member: Member) -> list[Sharing]:
    """Return what the member shares."""
    rows = Sharing.objects.filter(programme=member.programme, rep=member).order_by("measure")
    return list(rows.prefetch_related("contacts__contact__reason"))


def named_in(programme: Programme) -> dict[str, list[Sharing]]:
    """Return who is named in each measure, by name: who agreed, is in the best quarter, and surely above.

    Where one stands is adjusted for the kind of work and counted of as many contacts as it takes; nobody is named
    where nothing is told. Whose customer is restricted or erased, of them no contact is among the shared ones.
    """
    rows = Sharing.objects.select_related("rep__user").filter(programme=programme, rep__is_active=True)
    shared = list(rows.prefetch_related("contacts__contact__customer", "contacts__contact__reason"))
    best = best_of(programme, {one.measure for one in shared})
    found: defaultdict[str, list[Sharing]] = defaultdict(list)
    for one in sorted(shared, key=lambda one: one.rep.name.casefold()):
        if one.rep_id in best[one.measure]:
            found[one.measure].append(one)
    return dict(found)


def _tell(happening: Happening, member: Member) -> None:
    announce(
        happening, programme=member.programme, subject=member.programme.public_id, actor=f"member:{member.pk}"
    )
