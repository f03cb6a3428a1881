"""The REST API, version 1: what a programme's contacts, events and figures are; and what
customers ask about their data, files that a partner delivers, recordings and drafts of the library: what writes.

Lists are pages behind a cursor: ``after`` is the last cursor seen, ``next`` in the answer is the next one, null at
the end. The document at ``/api/v1/openapi.json`` describes every operation.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema
from ninja.errors import ValidationError

from rapport.accounts.access import access_member
from rapport.accounts.doors import Door, declares, entering
from rapport.accounts.roles import Right
from rapport.api.accounts import router as accounts
from rapport.api.books import router as books
from rapport.api.cancellations import router as cancellations
from rapport.api.document import DocumentedAPI
from rapport.api.feeds import DeliveryOut
from rapport.api.feeds import router as deliveries
from rapport.api.feeds import shown as delivery_shown
from rapport.api.fulfilments import router as fulfilments
from rapport.api.guides import router as guides
from rapport.api.library import router as library
from rapport.api.privacy import router as privacy
from rapport.api.recordings import router as recordings
from rapport.api.sales import router as sales
from rapport.api.tokens import token_for
from rapport.audit import lookers
from rapport.audit.actions import note_look
from rapport.contacts import queries as contacts
from rapport.contacts.access import access_contact, access_own
from rapport.events import queries as events
from rapport.feeds import actions as sending
from rapport.feeds import queries as feeds
from rapport.insight import queries as insight
from rapport.routing.offer_queries import OfferTold, offers_of
from rapport.routing.still import Still
from rapport.routing.why_waiting import why_waiting

if TYPE_CHECKING:
    from django.http import HttpResponse

    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact
    from rapport.feeds.queries import Feed

api = DocumentedAPI(title="Rapport", version="1", docs_url=None, urls_namespace="api-v1")
api.add_router("", privacy)
api.add_router("", deliveries)
api.add_router("", books)
api.add_router("", cancellations)
api.add_router("", fulfilments)
api.add_router("", guides)
api.add_router("", library)
api.add_router("", sales)
api.add_router("", recordings)
api.add_router("", accounts)
LONGEST_PAGE = 1000
READS = declares(Door("token", (Right.USE_API,), or_member=True))
READS_FEEDS = declares(Door("token", (Right.SEE_FEEDS,), or_member=True))


class ContactOut(Schema):
    """A contact as other programs see it; customers are named by the partner's own key.

    A customer whose data is restricted, or who was erased, is not named.
    """

    id: UUID
    cursor: int
    channel: str
    direction: str
    state: str
    customer: str | None
    segment: str | None
    reason: str | None
    queue: str
    rep: str | None
    arrived_at: datetime
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    closed_at: datetime | None
    disposition: str | None
    resolved: bool | None
    transfers: int


class Page(Schema):
    """Which part of a list is wanted."""

    after: int = Field(0, ge=0, description="The last cursor seen")
    limit: int = Field(100, ge=1, le=LONGEST_PAGE)


class Wanted(Schema):
    """Which figures are wanted: local days, both inclusive, and the split."""

    start: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")
    by: Literal["rep", "queue", "reason", "segment", "day", "hour"] | None = None


class WaitingOut(Schema):
    """Why a contact still waits, in words and as data."""

    words: str
    why: Still


class TraceOut(Schema):
    """The way of a contact to its rep: why it still waits (null: it does not), and each offer with its trace."""

    id: UUID
    state: str
    waiting: WaitingOut | None
    offers: list[OfferTold]


class ContactPage(Schema):
    """Some contacts, in the order they were opened."""

    items: list[ContactOut]
    next: int | None


class EventOut(Schema):
    """One event of the log."""

    id: int
    at: datetime
    name: str
    subject: UUID
    actor: str
    data: dict[str, Any]


class EventPage(Schema):
    """Some events, in order."""

    items: list[EventOut]
    next: int | None


class MetricPage(Schema):
    """Figures of some local days; each row has its ``group``, and by the metric's key its figure."""

    programme: str
    start: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")
    rows: list[dict[str, Any]]


OUT = {
    "contacts": frozenset(ContactOut.__annotations__),
    "events": frozenset(EventOut.__annotations__),
    "metrics": frozenset({"programme", "from", "to", "rows"}),
}
"""The fields that go out with each feed, which a contract may promise."""


@api.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    """Say which part of the call cannot be read, in the shape of every refusal."""
    told = "; ".join(f"{'.'.join(map(str, e['loc'][1:]))}: {e['msg']}" for e in getattr(error, "errors", []))
    return api.create_response(request, {"error": {"code": "invalid", "message": told}}, status=422)


@api.get("/programmes/{slug:key}/contacts", response=ContactPage, summary="List contacts")
@READS
def list_contacts(request: HttpRequest, key: str, page: Query[Page]) -> dict[str, Any]:
    """List the programme's contacts in the order they were opened, behind the cursor ``after``."""
    with _caller(request, key) as (by, member):
        found = contacts.listed(by.programme, member=member, after=page.after, limit=page.limit)
        _note(by, what="list", about=f"contacts after {page.after}", count=len(found))
        items = [_shown(one) for one in found]
        _note_sent(request, by.programme, "contacts", len(found))
    return {"items": items, "next": found[-1].pk if len(found) == page.limit else None}


@api.get("/programmes/{slug:key}/contacts/{uuid:contact}", response=ContactOut, summary="Get a contact")
@READS
def get_contact(request: HttpRequest, key: str, contact: UUID) -> dict[str, Any]:
    """Get one contact; who is signed in gets those they may read."""
    with _caller(request, key) as (by, member):
        found = access_contact(member, contact) if member else access_own(by.programme, contact)
        subject = found.customer.public_id if found.customer else found.public_id
        _note(by, what="contact", subject=subject, about=f"contact {found.public_id}")
        return _shown(found)


@api.get(
    "/programmes/{slug:key}/contacts/{uuid:contact}/trace",
    response=TraceOut,
    summary="Get its way to a rep",
)
@READS
def get_trace(request: HttpRequest, key: str, contact: UUID) -> dict[str, Any]:
    """Get a contact's trace. Who is signed in and may not watch the floor is not told who else could have it."""
    with _caller(request, key) as (by, member):
        found = access_contact(member, contact) if member else access_own(by.programme, contact)
        subject = found.customer.public_id if found.customer else found.public_id
        _note(by, what="contact", subject=subject, about=f"trace of contact {found.public_id}")
        sees_floor = member is None or member.may(Right.WATCH_FLOOR)
        still = why_waiting(found) if sees_floor else None
        return {
            "id": found.public_id,
            "state": found.state,
            "waiting": {"words": still.words, "why": still} if still else None,
            "offers": offers_of(found, with_colleagues=sees_floor),
        }


@api.get("/programmes/{slug:key}/events", response=EventPage, summary="List events")
@READS
def list_events(request: HttpRequest, key: str, page: Query[Page]) -> dict[str, Any]:
    """List the programme's event log behind the cursor ``after``; enough to recount every figure."""
    with _looker(request, key) as by:
        found = events.page_of(by.programme, after=page.after, limit=page.limit)
        _note(by, what="events", about=f"after {page.after}", count=len(found))
        _note_sent(request, by.programme, "events", len(found))
    return {"items": found, "next": found[-1].id if len(found) == page.limit else None}


@api.get("/programmes/{slug:key}/metrics", response=MetricPage, by_alias=True, summary="Count figures")
@READS
def get_metrics(request: HttpRequest, key: str, wanted: Query[Wanted]) -> dict[str, Any]:
    """Count figures of some local days, in the shape that ``rapport metrics --json`` prints."""
    with _looker(request, key) as by:
        programme = by.programme
        _note(by, what="report", about=f"metrics {wanted.start} {wanted.end} by {wanted.by}")
        rows = insight.metrics(programme, start=wanted.start, end=wanted.end, by=wanted.by)
        _note_sent(request, by.programme, "metrics", len(rows))
        return insight.as_json(programme, wanted.start, wanted.end, rows)


class FeedOut(Schema):
    """How one feed stands; ``why`` says what is wrong with its last delivery."""

    feed: str
    direction: str
    state: str
    why: list[str]
    last_at: datetime | None
    last_rows: int | None
    due_at: datetime | None


@api.get("/programmes/{slug:key}/feeds", response=list[FeedOut], summary="List feeds")
@READS_FEEDS
def list_feeds(request: HttpRequest, key: str) -> list[dict[str, Any]]:
    """Say how every feed of the programme stands, and why one is stopped."""
    with _looker(request, key, Right.SEE_FEEDS) as by:
        return [_feed_shown(one) for one in feeds.feeds_of(by.programme)]


@api.get("/programmes/{slug:key}/deliveries", response=list[DeliveryOut], summary="List deliveries")
@READS_FEEDS
def list_deliveries(request: HttpRequest, key: str, feed: str = "") -> list[dict[str, Any]]:
    """List the latest deliveries, newest first, of one feed or of all."""
    with _looker(request, key, Right.SEE_FEEDS) as by:
        return [delivery_shown(one) for one in feeds.deliveries_of(by.programme, feed=feed)]


def _note_sent(request: HttpRequest, programme: Programme, feed: str, rows: int) -> None:
    """Record what a program took; what a person reads in a browser is no feed."""
    if "Authorization" in request.headers:
        fields = OUT.get(feed, frozenset())
        sending.sent(programme=programme, feed=feed, fields=fields, rows=rows, actor="api")


def _feed_shown(feed: Feed) -> dict[str, Any]:
    return {
        "feed": feed.key,
        "direction": feed.direction,
        "state": feed.state,
        "why": feed.why,
        "last_at": feed.last.at if feed.last else None,
        "last_rows": feed.last.rows if feed.last else None,
        "due_at": feed.due_at,
    }


@contextmanager
def _caller(
    request: HttpRequest, key: str, right: Right = Right.USE_API
) -> Iterator[tuple[lookers.Looker, Member | None]]:
    """Enter the programme for a token, or for a member who is signed in, who comes second; both need the right."""
    if request.user.is_authenticated and "Authorization" not in request.headers:
        looked_at = time.time()
        with entering(key) as programme:
            member = access_member(request, programme, right, looked_at=looked_at)
            yield lookers.person(request, member), member
    else:
        with token_for(request, key, right) as token:
            yield lookers.program(request, token), None


@contextmanager
def _looker(request: HttpRequest, key: str, right: Right = Right.USE_API) -> Iterator[lookers.Looker]:
    """Enter like :func:`_caller`, where all who may see the same."""
    with _caller(request, key, right) as (by, _):
        yield by


def _note(
    by: lookers.Looker, *, what: str, about: str, subject: UUID | None = None, count: int | None = None
) -> None:
    note_look(by, what=what, right=Right.USE_API, why="the API", subject=subject, about=about, count=count)


def _shown(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.public_id,
        "cursor": contact.pk,
        "channel": contact.channel,
        "direction": contact.direction,
        "state": contact.state,
        "customer": contact.customer.key if contact.customer and contact.customer.is_active else None,
        "segment": contact.segment.key if contact.segment else None,
        "reason": contact.reason.key if contact.reason else None,
        "queue": contact.queue,
        "rep": contact.rep.agent_id if contact.rep else None,
        "arrived_at": contact.arrived_at,
        "queued_at": contact.queued_at,
        "answered_at": contact.answered_at,
        "ended_at": contact.ended_at,
        "closed_at": contact.closed_at,
        "disposition": contact.disposition.key if contact.disposition else None,
        "resolved": contact.resolved,
        "transfers": contact.transfers,
    }
