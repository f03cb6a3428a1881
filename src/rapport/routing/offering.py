"""Offers: a rep reserved for a contact, by the router in batches, or by a rep who asks a colleague."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import Q

from rapport.contacts.access import lock_contacts
from rapport.contacts.actions import audience_of
from rapport.events.actions import News, announce_all
from rapport.kit import clock
from rapport.kit.ids import new_id
from rapport.routing import permits, presence
from rapport.routing.events import ContactOffered
from rapport.routing.models import Doing, Offer, Presence
from rapport.routing.room import hands_in, has_room
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

ACTOR = "router"
OFFER = """
INSERT INTO routing_offer (programme_id, offered_at, expires_at, public_id, contact_id, member_id, words, trace,
    result, declined_because)
SELECT %s, %s, %s, public_id, contact, member, words, trace, '', ''
FROM jsonb_to_recordset(%s) AS one (public_id uuid, contact bigint, member bigint, words text, trace jsonb)
"""


class Chosen(NamedTuple):
    """Which rep is offered which contact, why, and by which permits."""

    contact: int
    rep: int
    words: str
    trace: dict[str, Any]
    permits: tuple[str, ...] = ()


class Reservation(NamedTuple):
    """A rep for a contact, both locked, and why."""

    contact: Contact
    held: Presence
    words: str
    trace: dict[str, Any]


def offer_batch(programme: Programme, choices: Sequence[Chosen]) -> list[Chosen]:
    """Reserve the reps for the contacts, by a few statements however many there are; return what does not fit.

    People act while the router decides. So it looks again under the locks of the contacts, then of the reps, and
    leaves out what has changed. A rep whom somebody else is changing just then is left out too. The caller holds
    the transaction.
    """
    contacts = {one.pk: one for one in lock_contacts(one.contact for one in choices)}
    reps = presence.free_ones_locked([one.rep for one in choices])
    for each in reps.values():
        each.member.programme = programme  # its rules are read once for all
    hands, plan = hands_in(programme.pk, members=[*reps]), plan_in_force(programme).plan
    ringing, permitted = _ringing([*contacts]), _permitted(programme, choices, reps)
    made, left = [], []
    for one in choices:
        contact, held = contacts.get(one.contact), reps.get(one.rep)
        waits = contact is not None and contact.state == "waiting" and contact.pk not in ringing
        may = all((one.rep, name) in permitted for name in one.permits)
        if contact and held and waits and may and has_room(held, hands[held.member_id], plan, contact.channel):
            hands[held.member_id].rings = True
            made.append(Reservation(contact, held, one.words, one.trace))
        else:
            left.append(one)
    if made:
        reserve(programme, made, actor=ACTOR)
    return left


def reserve(programme: Programme, reservations: Sequence[Reservation], *, actor: str) -> None:
    """Offer contacts to reps. The caller holds the locks of both, and has seen that each may be offered."""
    ids = [str(new_id()) for _ in reservations]
    offers = [
        {
            "public_id": public_id,
            "contact": one.contact.pk,
            "member": one.held.member_id,
            "words": one.words[:2000],
            "trace": one.trace,
        }
        for public_id, one in zip(ids, reservations, strict=True)
    ]
    now = clock.now()
    until = now + timedelta(seconds=programme.offer_seconds)
    with connection.cursor() as cursor:
        cursor.execute(OFFER, [programme.pk, now, until, json.dumps(offers)])
    idle = [one.held for one in reservations if one.held.doing == Doing.AVAILABLE]  # others go on with their work
    news = presence.move_all(programme, idle, Doing.RESERVED) if idle else []
    news += [
        News(
            ContactOffered(offer=public_id, rep=one.held.member.agent_id),
            subject=one.contact.public_id,
            audience=audience_of(one.contact, also=one.held.member),
        )
        for public_id, one in zip(ids, reservations, strict=True)
    ]
    announce_all(news, programme=programme, actor=actor)


def _permitted(
    programme: Programme, choices: Sequence[Chosen], reps: Mapping[int, Presence]
) -> set[tuple[int, str]]:
    """Return which permits these reps have at this moment; whoever ends one waits for their presences' locks."""
    if not any(one.permits for one in choices):
        return set()
    return set(permits.valid_in(programme, Q(member__in=[*reps])))


def _ringing(contacts: list[int]) -> set[int]:
    """Return which of the contacts ring now."""
    return set(
        Offer.objects.filter(contact__in=contacts, ended_at__isnull=True).values_list("contact_id", flat=True)
    )
