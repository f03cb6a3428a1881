"""Who is offered a waiting contact first: whom a rep named, who had it lately, who booked the call-back.

Until the patience is over nobody else is offered the contact. It ends sooner when that rep declines or misses it,
or leaves the floor; then the line's own rules count, from the place the contact has had all along.
"""

from __future__ import annotations

from collections.abc import Collection, Container
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rapport.kit import clock
from rapport.routing.models import Preferred
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact

WORDS = {
    Preferred.Why.TRANSFER: "{rep} was named by the rep who handed it on.",
    Preferred.Why.RECONTACT: "{rep} had this customer about the same matter lately.",
    Preferred.Why.CALL_BACK: "{rep} booked this call-back.",
    Preferred.Why.PRACTICE: "{rep} practises with this customer.",
}
PRACTICE_SECONDS = 3600  # for who practises, and for nobody else: it ends sooner, with the customer's patience
THEIRS_ALONE = (Preferred.Why.CALL_BACK, Preferred.Why.PRACTICE)  # also while they are away


def prefer(contact: Contact, *, member: Member, why: Preferred.Why) -> None:
    """Let the member be asked first, for the patience that is due; the caller holds the contact's lock."""
    Preferred.objects.update_or_create(
        contact=contact,
        defaults={
            "programme_id": contact.programme_id,
            "member": member,
            "why": why,
            "until": clock.now() + _patience(contact, why),
        },
    )


def keep_for(contact: Contact, *, member: Member) -> None:
    """Keep a contact of a practice for who practises, also when they decline or miss it."""
    prefer(contact, member=member, why=Preferred.Why.PRACTICE)


def _patience(contact: Contact, why: Preferred.Why) -> timedelta:
    rules = plan_in_force(contact.programme).plan.patience
    seconds = {
        Preferred.Why.TRANSFER: rules.transfer_seconds,
        Preferred.Why.RECONTACT: rules.recontact_seconds,
        Preferred.Why.CALL_BACK: rules.call_back_seconds,
        Preferred.Why.PRACTICE: PRACTICE_SECONDS,
    }
    return timedelta(seconds=seconds[why])


def forget(contact: Contact, *, member: Member | None = None) -> None:
    """Let the line's own rules count again (with a ``member``: where it is they who were asked first).

    A contact to practise with stays for its rep when they decline or miss it.
    """
    found = Preferred.objects.filter(contact=contact)
    (found.filter(member=member).exclude(why=Preferred.Why.PRACTICE) if member else found).delete()


def preferred_in(programme: Programme, on_floor: Container[int]) -> dict[int, Preferred]:
    """Return who is asked first now, by contact; a call-back and a practice wait for their own even while away."""
    now = clock.now()
    return {contact: one for contact, one in named_first(programme).items() if counts(one, on_floor, now)}


def named_first(programme: Programme, *, among: Collection[int] | None = None) -> dict[int, Preferred]:
    """Return who is named first for waiting contacts, on the floor or not (for all, or those among these ids)."""
    found = Preferred.objects.select_related("member__user").filter(
        programme=programme, until__gt=clock.now(), contact__state="waiting"
    )
    if among is not None:
        found = found.filter(contact__in=among)
    return {one.contact_id: one for one in found}


def counts(first: Preferred, on_floor: Container[int], now: datetime) -> bool:
    """Say whether the contact is kept for who is named first; call-backs and practices also while away."""
    return first.until > now and (first.why in THEIRS_ALONE or first.member_id in on_floor)


def why_first(first: Preferred) -> tuple[str, dict[str, Any]]:
    """Return why the one named first gets the contact, in words and as data."""
    return WORDS[Preferred.Why(first.why)].format(rep=first.member.name), {"preferred": first.why}
