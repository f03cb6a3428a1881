"""Reads of chat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery

from rapport.channels.chat.models import Author, Conversation, Message
from rapport.kit import clock
from rapport.kit.often import Given, Often
from rapport.kit.personal import GONE

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

AWAY_AFTER = timedelta(seconds=30)
GONE_AFTER = timedelta(minutes=2)  # a page not heard of for so long while waiting has been closed
SPLIT_WITHIN = timedelta(minutes=1)  # a number sent in parts so close together is found
OURS = (Author.REP, Author.COLLEAGUE)
_LINE = ("author", "text", "client_id", "at", "contact_id", "member__agent_id", "member__user__name")


def messages_of(contact: Contact) -> list[Message]:
    """Return the messages of a chat in order."""
    return list(Message.objects.select_related("member__user").filter(contact=contact).order_by("pk"))


def lines_since(contact: Contact, shown: int = 0) -> tuple[list[Message], bool]:
    """Return what a page lacks that shows a chat up to the message ``shown``, and whether the customer is away.

    With it comes what was written in the minute before: it may have been hidden meanwhile, as part of a number, or
    stored late. Away is a customer whose page has been silent for a while.
    """
    found = _lacking(contact=contact.pk, shown=shown) if shown else _all_lines(contact=contact.pk)
    seen = getattr(found[-1], "seen", None) if found else None
    return found, seen is not None and seen < clock.now() - AWAY_AFTER


def _lines() -> QuerySet[Message]:
    rows = Message.objects.select_related("member__user").only(*_LINE).filter(contact=Given("contact"))
    return rows.annotate(seen=F("contact__conversation__customer_seen_at")).order_by("pk")


def _lines_lacking() -> QuerySet[Message]:
    last = (
        Message.objects.filter(contact=Given("contact"), pk__lte=Given("shown")).order_by("-pk").values("at")[:1]
    )
    return _lines().filter(Q(pk__gt=Given("shown")) | Q(at__gte=Subquery(last) - SPLIT_WITHIN))


_all_lines, _lacking = Often(_lines), Often(_lines_lacking)


def said_after(marks: Mapping[int, int]) -> dict[int, list[Message]]:
    """Return what was written on chats (contact id: the message id to look behind) in order, by the contact."""
    found: dict[int, list[Message]] = {pk: [] for pk in marks}
    behind = Q(*(Q(contact=pk, pk__gt=mark) for pk, mark in marks.items()), _connector=Q.OR)
    for one in Message.objects.filter(behind).order_by("pk") if marks else ():
        found[one.contact_id].append(one)
    return found


def opening_words(contacts: Iterable[int]) -> dict[int, str]:
    """Return what the customers of these chats (ids) wrote before anybody answered, but what was erased."""
    answer = Message.objects.filter(contact=OuterRef("contact"), author__in=OURS, pk__lt=OuterRef("pk"))
    rows = Message.objects.filter(~Exists(answer), contact__in=list(contacts), author=Author.CUSTOMER)
    found: defaultdict[int, list[str]] = defaultdict(list)
    for contact, text in rows.exclude(text=GONE).order_by("contact", "pk").values_list("contact_id", "text"):
        found[contact].append(text)
    return {contact: " ".join(texts) for contact, texts in found.items()}


def newest_of_customers(programme: Programme, *, since: datetime, limit: int) -> list[Message]:
    """Return the newest messages of customers, the newest first, whose data may be used."""
    rows = Message.objects.filter(programme=programme, author=Author.CUSTOMER, at__gte=since)
    usable = rows.exclude(text=GONE).select_related("contact__customer").order_by("-pk")[:limit]
    return [one for one in usable if one.contact.customer is None or one.contact.customer.is_active]


def messages_by_id(programme: Programme, ids: Iterable[int]) -> dict[int, Message]:
    """Return messages with their contacts and whose they are, by id; those that are gone are not among them."""
    rows = Message.objects.select_related("contact__customer", "contact__rep__user")
    return {one.pk: one for one in rows.filter(programme=programme, pk__in=list(ids))}


def unanswered_in(contacts: Iterable[Contact]) -> dict[int, tuple[int, datetime]]:
    """Return how many messages of its customer each chat has unanswered, and since when, by the contact."""
    answer = Message.objects.filter(contact=OuterRef("contact"), author__in=OURS, pk__gt=OuterRef("pk"))
    open_ones = Message.objects.filter(
        ~Exists(answer), contact__in=[one.pk for one in contacts], author=Author.CUSTOMER
    )
    rows = open_ones.values_list("contact_id").annotate(count=Count("pk"), since=Min("at"))
    return {contact_id: (count, since) for contact_id, count, since in rows}


def last_said(programme: Programme) -> dict[int, tuple[UUID, int]]:
    """Return the newest message of a person on each chat that goes on, as contact id: public id, message id."""
    rows = Message.objects.filter(programme=programme, contact__state__in=("arrived", "waiting", "active"))
    newest = rows.exclude(author=Author.SYSTEM).values_list("contact_id", "contact__public_id")
    return {pk: (public_id, last) for pk, public_id, last in newest.annotate(last=Max("pk"))}


def gone_from(programme: Programme) -> list[int]:
    """Return the chats whose customer waits but whose page has been closed for a while."""
    gone = Conversation.objects.filter(
        programme=programme, contact__state="waiting", customer_seen_at__lt=clock.now() - GONE_AFTER
    )
    return list(gone.order_by("contact_id").values_list("pk", flat=True))


def open_from(programme: Programme, email: str) -> int:
    """Return how many chats of the past day begun with this e-mail address still go on."""
    return Conversation.objects.filter(
        programme=programme,
        contact__programme=programme,
        contact__arrived_at__gte=clock.now() - timedelta(days=1),
        contact__address=email,
        contact__state__in=["arrived", "waiting", "active"],
    ).count()
