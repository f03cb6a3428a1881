"""Writes of practice: it begins, the made-up customer replies and ends it. All inside the practice programme."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid5

from django.db import transaction

from rapport.accounts import practising
from rapport.accounts.roles import Right
from rapport.channels.chat import actions as chat
from rapport.channels.chat.queries import messages_of
from rapport.contacts import actions as contacts
from rapport.contacts.access import lock_contact
from rapport.contacts.queries import reasons_of
from rapport.customers import actions as customers
from rapport.customers.queries import customer_by_id, segments_of
from rapport.events.actions import announce
from rapport.guides.library.content import Objection, Rebuttal
from rapport.guides.library.queries import live_of
from rapport.guides.versions import read_version, version_for
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.kit.ids import new_id
from rapport.kit.walls import inside
from rapport.learning.practice import queries
from rapport.learning.practice.customer import play, turns_of
from rapport.learning.practice.events import PracticeBegun, PracticeEnded
from rapport.learning.practice.models import Practice
from rapport.learning.practice.personas import Asked, Objected, opening, personas, script_for
from rapport.routing import presence
from rapport.routing.preferred import keep_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact, Reason
    from rapport.customers.models import Customer

WAITS = timedelta(hours=1)  # the customer, for the rep to take the contact and to write
MAY_PRACTISE = ("offline", "training", "coaching")
SIDES = ("rep", "customer")
NOT_SET_UP = "Nobody has set up yet what to practise with. Who writes courses can."


@transaction.atomic
def begin(*, member: Member, persona: str, reason: str = "") -> Practice:
    """Have a made-up customer come to the practice desk of the member, for a reason (empty: the first there is).

    The member is let in there. Raises Conflict while they are on the floor, where a real customer could come.
    """
    practice = practice_for(member)
    if persona not in personas():
        raise Invalid("Choose from the list who you practise with.")
    here = presence.presence_of(member)
    if here is not None and here.doing not in MAY_PRACTISE:
        raise Conflict("You are on the floor, where customers come to you. Choose Training there first.")
    place = practising.enter(member=member, practice=practice)
    if not place.may(Right.TAKE_CONTACTS):
        raise Forbidden("Your role takes no contacts, so there is nothing to practise.")
    with inside(practice.pk):
        presence.locked(place)  # one practice of a rep after the other
        if queries.goes_on(place) is not None:
            raise Conflict("You practise already. Finish that one at the practice desk first.")
        return _begin(place, persona, reason)


def practice_for(member: Member) -> Programme:
    """Return where the member's programme practises; Conflict while that is not set up."""
    practice = practising.practice_of(member.programme)
    if practice is None:
        raise Conflict(NOT_SET_UP)
    return practice


def look(*, member: Member) -> Member:
    """Let the member in where their programme practises, to look at practices; return their place there."""
    return practising.enter(member=member, practice=practice_for(member))


@transaction.atomic
def reply(practice_id: int) -> None:
    """Let the made-up customer answer what the rep wrote last; nothing where that is answered, or it is over."""
    row = Practice.objects.select_related("programme", "member").get(pk=practice_id)
    contact = lock_contact(row.contact_id)
    row.refresh_from_db(fields=["ended_at"])
    if row.ended_at is not None or contact.state != "active":
        return
    said = [(one.author == "rep", one.text) for one in messages_of(contact) if one.author in SIDES]
    if not said[-1][0]:
        return
    turns = turns_of(said)
    told = play(queries.script_of(row), turns)
    words, number = told.replies[-1], len(turns)
    chat.say(contact, author="customer", text=words.text, client_id=uuid5(contact.public_id, f"reply {number}"))
    chat.customer_seen(contact, until=clock.now() + WAITS)
    if words.outcome:
        _end(row, contact, words.outcome)


def _begin(place: Member, persona: str, wanted: str) -> Practice:
    practice, who = place.programme, personas()[persona]
    reason = _reason(practice, wanted)
    customer = _customer(place, persona)
    contact = chat.begin(
        programme=practice,
        email=_address(place, persona),
        text=opening(who, reason.name),
        reason=reason,
        client_id=new_id(),
    )
    contacts.identify(contact, customer=customer, actor="system")
    keep_for(contact, member=place)
    chat.customer_seen(contact, until=clock.now() + WAITS)
    script = script_for(
        persona,
        reason=reason.name,
        asked=_asked(contact),
        objected=_objected(practice, since=Practice.objects.filter(member=place).count()),
    )
    row = Practice.objects.create(
        programme=practice,
        member=place,
        contact=contact,
        persona=persona,
        script=script.model_dump(mode="json"),
        begun_at=clock.now(),
    )
    presence.choose(member=place, doing="available")
    told = PracticeBegun(rep=place.agent_id, persona=persona, reason=reason.key)
    announce(told, programme=practice, subject=contact.public_id, actor=f"member:{place.pk}")
    return row


def _end(row: Practice, contact: Contact, outcome: str) -> None:
    row.ended_at, row.outcome = clock.now(), outcome
    row.save(update_fields=["ended_at", "outcome"])
    told = PracticeEnded(rep=row.member.agent_id, persona=row.persona, outcome=outcome)
    announce(told, programme=row.programme, subject=contact.public_id, actor="customer")
    chat.leave(contact)


def _reason(practice: Programme, wanted: str) -> Reason:
    found = {one.key: one for one in reasons_of(practice)}
    if not found:
        raise Conflict(NOT_SET_UP)
    if wanted and wanted not in found:
        raise Invalid("Choose from the list what the customer comes for.")
    return found[wanted] if wanted else next(iter(found.values()))


def _address(place: Member, persona: str) -> str:
    return f"{persona}.{place.pk}@practice.invalid"


def _customer(place: Member, persona: str) -> Customer:
    """Return the made-up customer whom this member meets by this persona, with a file."""
    practice, who, key = place.programme, personas()[persona], f"practice-{persona}-{place.pk}"
    segment = next(iter(segments_of(practice)), None)
    _, public_id = customers.ensure_customers(programme=practice, segments={key: segment})[key]
    customer = customer_by_id(practice, public_id)
    assert customer is not None
    if customer.name:
        return customer
    known = {"name": who.customer, "likes": who.likes, "email": _address(place, persona)}
    return customers.update_file(member=place, customer=customer, version=customer.version, changes=known)


def _asked(contact: Contact) -> Iterator[Asked]:
    """Yield the typed fields of the guide that the contact will go by."""
    version = version_for(contact)
    fields = read_version(version).fields if version else {}
    for one in fields.values():
        yield Asked(label=one.label, type=one.type, choices=one.choices)


def _objected(practice: Programme, *, since: int) -> list[Objected]:
    """Return the library's objections with what answers them, beginning with another each time."""
    answers: dict[str, list[str]] = {}
    for live in live_of(practice, "rebuttal"):
        assert isinstance(live.entry, Rebuttal)
        answers.setdefault(live.entry.objection, []).append(live.entry.words)
    found = []
    for live in live_of(practice, "objection"):
        assert isinstance(live.entry, Objection)
        said = live.entry.examples or [live.entry.name]
        if live.key in answers:
            found.append(Objected(key=live.key, says=said[since % len(said)], answers=answers[live.key]))
    first = since % len(found) if found else 0
    return found[first:] + found[:first]
