"""Writes of chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid5

from django.db import connection, transaction

from rapport.channels import said
from rapport.channels.chat.events import MessageSent
from rapport.channels.chat.models import Author, Conversation, Message
from rapport.channels.chat.queries import GONE_AFTER, SPLIT_WITHIN
from rapport.contacts import actions as contacts
from rapport.contacts.access import lock_contact, lock_own
from rapport.customers.points import normal_email
from rapport.customers.queries import customer_at
from rapport.customers.standing import held
from rapport.events.actions import announce, whisper
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.ids import new_id
from rapport.kit.often import Given, Often
from rapport.routing import actions as routing
from rapport.routing import call_backs
from rapport.routing.call_back_queries import call_back_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact, Reason

LONGEST = 4000  # characters in one message
MOST_MESSAGES = 500  # a customer may send in one contact
SEEN_EVERY = timedelta(seconds=5)  # that a customer's page is open is noted
STORED = ("programme_id", "contact_id", "author", "member_id", "text", "client_id", "at")
STORE = f"""
INSERT INTO chat_message ({", ".join(STORED)}) VALUES ({", ".join(["%s"] * len(STORED))})
ON CONFLICT (contact_id, client_id) DO NOTHING RETURNING id
"""  # noqa: S608 - the columns above
SPLIT_OVER = 5  # messages that are looked at together


class Earlier(NamedTuple):
    """Something that a guide said, or its customer answered, before there was a chat."""

    author: str
    text: str
    at: datetime


def begin(*, programme: Programme, email: str, text: str, reason: Reason | None, client_id: UUID) -> Contact:
    """Open a chat contact with its first message and queue it. The same ``client_id`` again returns the first.

    Raises QueueShut, and opens none, while the queue is closed or full.
    """
    with transaction.atomic():
        contact, is_new = _arrive(programme, email, text, reason, client_id)
        if is_new:
            routing.enqueue(contact, actor="customer", if_open=True)
    return contact


def leave_number(
    *, programme: Programme, email: str, text: str, reason: Reason | None, phone: str, client_id: UUID
) -> Contact:
    """Put on file what a customer wrote while the queue is closed or full, and ring them up when it is open.

    The same ``client_id`` again returns the first one, even where it has ended since.
    """
    with transaction.atomic():
        contact, _ = _arrive(programme, email, text, reason, client_id)
        if contact.ended_at is None:
            call_backs.leave_number(contact, phone=phone)
            contact.refresh_from_db()
    return contact


@transaction.atomic
def go_on_from(
    contact: Contact, *, email: str, earlier: Sequence[Earlier], text: str, client_id: UUID, phone: str = ""
) -> None:
    """Open the chat of a contact that arrived alone, with what was said there, and queue it, or ring them up.

    Raises QueueShut, and changes nothing, while the queue is closed or full and there is no number to ring. The
    caller holds the contact's lock.
    """
    address, text = normal_email(email), _readable(text) if text.strip() else ""
    contacts.learn_address(contact, address=address)
    found = customer_at(contact.programme, "email", address)
    if found is not None and (customer := held(found)) is not None:
        contacts.identify(contact, customer=customer, actor="customer")
    Conversation.objects.create(programme=contact.programme, contact=contact, customer_seen_at=clock.now())
    masked = redaction.mask_parts([one.text for one in earlier])
    Message.objects.bulk_create(
        Message(
            programme=contact.programme,
            contact=contact,
            author=one.author,
            text=each.text,
            client_id=new_id(),
            at=one.at,
        )
        for one, each in zip(earlier, masked, strict=True)
    )
    if text:
        _store(contact, Author.CUSTOMER, text, client_id, is_first=True)
    if phone:
        call_backs.leave_number(contact, phone=phone)
    else:
        routing.enqueue(contact, actor="customer", if_open=True)


def _arrive(
    programme: Programme, email: str, text: str, reason: Reason | None, client_id: UUID
) -> tuple[Contact, bool]:
    """Open a chat contact with its first message; return it and whether it is new."""
    address, text = normal_email(email), _readable(text)
    contact, is_new = contacts.arrive(
        programme=programme,
        channel="chat",
        actor="customer",
        address=address,
        customer=customer_at(programme, "email", address),
        reason=reason,
        external_id=f"chat:{client_id}",
    )
    if is_new:
        Conversation.objects.create(programme=programme, contact=contact, customer_seen_at=clock.now())
        _store(contact, Author.CUSTOMER, text, client_id, is_first=True)
    return contact, is_new


@transaction.atomic
def say(contact: Contact, *, author: str, text: str, client_id: UUID, member: Member | None = None) -> Message:
    """Add a message to a chat that goes on; Conflict after its end. Returns the stored message."""
    text = _readable(text)
    contact = lock_own(contact)
    if contact.state not in ("arrived", "waiting", "active"):
        raise Conflict("This chat has ended, so the message was not sent.")
    if author == Author.CUSTOMER and _too_many(contact=contact.pk):
        raise Conflict("That is a great many messages. Please wait for an answer.")
    return _store(contact, author, text, client_id, member)


def typing(contact: Contact, *, author: str) -> None:
    """Show the other side that somebody is typing; nothing is kept."""
    listeners = [f"contact:{contact.public_id}"]
    if contact.rep_id is not None:
        listeners.append(f"member:{contact.rep_id}")
    with transaction.atomic():
        whisper(
            f"chat.typing.{author}",
            programme_id=contact.programme_id,
            subject=contact.public_id,
            audience=listeners,
        )


def customer_seen(contact: Contact, *, until: datetime | None = None) -> None:
    """Note that the customer's page is open, or stays so ``until`` then; what was noted a moment ago stands."""
    now = until or clock.now()
    earlier = Conversation.objects.filter(contact=contact, customer_seen_at__lt=now - SEEN_EVERY)
    earlier.update(customer_seen_at=now)


def leave(contact: Contact) -> None:
    """Let the customer leave: the queue, or the conversation. Leaving again changes nothing."""
    with transaction.atomic():
        held = lock_contact(contact.pk)
        if held.state in ("waiting", "arrived"):
            routing.abandon(held, actor="customer")
        elif held.state == "active":
            routing.end_conversation(held, by="customer", actor="customer")


@transaction.atomic
def abandon_if_gone(conversation_id: int) -> bool:
    """Count a waiting customer whose page has been closed for a while as having left when it was closed.

    Looks under the contact's lock: the customer may just have come back.
    """
    contact = lock_contact(Conversation.objects.get(pk=conversation_id).contact_id)
    conversation = Conversation.objects.get(pk=conversation_id)
    if contact.state != "waiting" or conversation.customer_seen_at >= clock.now() - GONE_AFTER:
        return False
    if call_back_of(contact) is not None:
        return False  # they are rung up, and need not keep the page open
    left_at = max(conversation.customer_seen_at, contact.placed_at or contact.arrived_at)
    routing.abandon(contact, actor="customer", at=left_at)
    return True


def _store(
    contact: Contact,
    author: str,
    text: str,
    client_id: UUID,
    member: Member | None = None,
    *,
    is_first: bool = False,
) -> Message:
    """Store a message once and tell of it; ``is_first`` says that the contact was opened just now, with it."""
    text, kinds = _without_secrets(contact, author, text, [] if is_first else _lately(contact, author))
    message = Message(
        programme_id=contact.programme_id, contact=contact, author=author, member=member, text=text,
        client_id=client_id, at=clock.now(),
    )  # fmt: skip
    if _put(message):
        message.event = announce(
            MessageSent(author=author, characters=len(text)),
            programme=contact.programme,
            subject=contact.public_id,
            actor=f"member:{member.pk}" if member else author,
            audience=[
                f"contact:{contact.public_id}",
                *([f"member:{contact.rep_id}"] if contact.rep_id else []),
            ],
        )
        if author != Author.SYSTEM:
            said.tell(contact)
        if kinds:
            note(contact, f"{redaction.told(kinds)} Please do not send them here.")
        return message
    return Message.objects.get(contact=contact, client_id=client_id)


def _put(message: Message) -> bool:
    """Store a message by one statement; False, and nothing is stored, where its sender's key is there already."""
    values = [getattr(message, name) for name in STORED]
    with connection.cursor() as cursor:
        cursor.execute(STORE, values)
        made = cursor.fetchone()
    if made is not None:
        message.pk = made[0]
    return made is not None


def _last_of(author: str | Given) -> QuerySet[Message]:
    return Message.objects.filter(contact=Given("contact"), author=author).order_by("-pk")


_written_lately = Often(lambda: _last_of(Given("author")).filter(at__gte=Given("since"))[:SPLIT_OVER])
_last_of_rep = Often(lambda: _last_of(Author.REP)[:1])
_too_many = Often(lambda: _last_of(Author.CUSTOMER).only("pk")[MOST_MESSAGES - 1 : MOST_MESSAGES])


def _lately(contact: Contact, author: str) -> list[Message]:
    """Return what the author wrote just before, the oldest first."""
    return _written_lately(contact=contact.pk, author=author, since=clock.now() - SPLIT_WITHIN)[::-1]


def _without_secrets(
    contact: Contact, author: str, text: str, before: list[Message]
) -> tuple[str, tuple[str, ...]]:
    """Return the message without card numbers and the like, and what kinds were hidden.

    A number sent in parts is found when its last part comes; the earlier ones, in ``before``, are then hidden too.
    """
    asked = _asked(contact) if author == Author.CUSTOMER and contact.answered_at else ""
    answered = redaction.mask_answer(asked, text)
    *earlier, masked = redaction.mask_parts([*(one.text for one in before), answered.text])
    for message, one in zip(before, earlier, strict=True):
        if message.text != one.text:
            Message.objects.filter(pk=message.pk).update(text=one.text)
    kinds = tuple(dict.fromkeys((*answered.kinds, *masked.kinds)))
    redaction.remember(kinds)
    return masked.text, kinds


def _asked(contact: Contact) -> str:
    """Return what the rep said last, which the customer may be answering."""
    last = _last_of_rep.first(contact=contact.pk)
    return last.text if last else ""


def note(contact: Contact, text: str, *, once: str = "") -> Message:
    """Add a line of the system's own, such as who joined; one line for each ``once`` that is given."""
    client_id = uuid5(contact.public_id, once) if once else new_id()
    return _store(contact, Author.SYSTEM, text, client_id)


def _readable(text: str) -> str:
    """Return the text without control characters; Invalid when empty or too long."""
    cleaned = "".join(c for c in text if c in "\n\t" or (c.isprintable() and c != "\ufeff")).strip()
    if not cleaned:
        raise Invalid("Please write a few words first.")
    if len(cleaned) > LONGEST:
        raise Invalid(
            f"That is {len(cleaned):,} characters; one message can hold {LONGEST:,}. Please send it in parts."
        )
    return cleaned
