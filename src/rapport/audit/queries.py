"""Reads of the record: looks, digests, alarms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q

from rapport.accounts.names import names_for
from rapport.audit.actions import OF_CUSTOMERS
from rapport.audit.digests import Sealed
from rapport.audit.models import Alarm, Digest, Look, Watched
from rapport.audit.rules import CAUSES, FINDINGS

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme

SEEN = {"customer": "customer's file", "package": "personal data", "notes": "Rally Notes", "events": "event log"}
WHO = {"command": "The machine's administrator", "system": "Rapport", "customer": "The customer"}


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look as a person reads it; marked where a customer was seen without a contact in hand."""

    id: int
    at: datetime
    actor: str
    who: str
    what: str
    subject: UUID | None
    about: str
    count: int | None
    why: str
    right: str
    in_hand: bool
    address: str

    @property
    def words(self) -> str:
        """What was seen."""
        return SEEN.get(self.what, self.what).capitalize()

    @property
    def is_marked(self) -> bool:
        """Say whether a customer was seen without a contact in hand."""
        return self.what in OF_CUSTOMERS and not self.in_hand


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which looks are wanted; empty means any."""

    actor: str = ""
    customer: UUID | None = None
    what: str = ""
    marked: bool = False
    start: datetime | None = None
    end: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One alarm as a person reads it."""

    alarm: Alarm
    who: str

    @property
    def words(self) -> str:
        """What it is."""
        return CAUSES[self.alarm.cause]

    @property
    def found(self) -> str:
        """What its owner found."""
        return FINDINGS.get(self.alarm.finding, "")


@dataclass(frozen=True, slots=True)
class DigestRow:
    """One digest as a page lists it."""

    number: int
    covers_to: datetime
    sealed_at: datetime
    sealed: Sealed
    told: dict[str, Any]


def looks_at(member: Member, subject: UUID, *, limit: int) -> list[LookRow]:
    """Return the latest looks at a customer, or at a contact of nobody on file."""
    return looks(member, Wanted(customer=subject), limit=limit)


def looks(member: Member, wanted: Wanted, *, limit: int) -> list[LookRow]:
    """Return the programme's looks that are wanted, the newest first."""
    found = Look.objects.filter(programme=member.programme).filter(*_conditions(wanted)).order_by("-id")[:limit]
    rows = list(found)
    names = names_of(member, [row.actor for row in rows])
    is_hidden = names_for(member).hidden
    return [
        LookRow(
            row.pk,
            row.at,
            row.actor,
            names[row.actor],
            row.what,
            row.subject,
            row.about,
            row.count,
            row.why,
            row.right,
            row.in_hand,
            "" if is_hidden else row.address,
        )
        for row in rows
    ]


def _conditions(wanted: Wanted) -> list[Q]:
    asked = {
        "actor": wanted.actor or None,
        "subject": wanted.customer,
        "what": wanted.what or None,
        "at__gte": wanted.start,
        "at__lt": wanted.end,
        "id__lt": wanted.before,
    }
    conditions = [Q(**{name: value}) for name, value in asked.items() if value is not None]
    if wanted.marked:
        conditions.append(Q(what__in=OF_CUSTOMERS, in_hand=False))
    return conditions


def names_of(member: Member, actors: Iterable[str]) -> dict[str, str]:
    """Return what each actor is called, for the member's eyes."""
    people = names_for(member)
    return {actor: people.of_actor(actor) if actor.startswith("member:") else _words(actor) for actor in actors}


def _words(actor: str) -> str:
    kind, _, name = actor.partition(":")
    if kind == "token":
        return f"program {name[-6:]}"
    if kind == "user":
        return "Somebody of another programme"
    return WHO.get(actor, actor)


def open_alarms(member: Member) -> list[AlarmRow]:
    """Return the alarms that nobody has closed, what came last on top."""
    return _alarms(member, Alarm.objects.filter(programme=member.programme, closed_at__isnull=True))


def closed_alarms(member: Member, *, limit: int = 50) -> list[AlarmRow]:
    """Return the alarms that were closed last."""
    closed = Alarm.objects.filter(programme=member.programme, closed_at__isnull=False).order_by("-closed_at")
    return _alarms(member, closed[:limit])


def count_open_alarms(programme: Programme) -> int:
    """Return how many alarms nobody has closed."""
    return Alarm.objects.filter(programme=programme, closed_at__isnull=True).count()


def _alarms(member: Member, found: QuerySet[Alarm]) -> list[AlarmRow]:
    ordered = found if found.query.is_sliced else found.order_by("-last_at")
    alarms = list(ordered.select_related("owner__user"))
    names = names_of(member, [alarm.about for alarm in alarms])
    return [AlarmRow(alarm, names[alarm.about]) for alarm in alarms]


def digests(programme: Programme, *, limit: int) -> list[DigestRow]:
    """Return the latest digests, the newest first."""
    return [_digest(row) for row in Digest.objects.filter(programme=programme).order_by("-number")[:limit]]


def digests_after(programme: Programme, number: int, *, since: datetime | None, limit: int) -> list[DigestRow]:
    """Return the digests behind a number, in their order; of those sealed since an instant, if one is named."""
    found = Digest.objects.filter(programme=programme, number__gt=number).order_by("number")
    if since is not None:
        found = found.filter(sealed_at__gte=since)
    return [_digest(row) for row in found[:limit]]


def digest(programme: Programme, number: int) -> DigestRow | None:
    """Return one digest."""
    found = Digest.objects.filter(programme=programme, number=number).first()
    return _digest(found) if found else None


def _digest(row: Digest) -> DigestRow:
    sealed = Sealed(row.document, bytes(row.signature))
    return DigestRow(row.number, row.covers_to, row.sealed_at, sealed, sealed.told)


def watched(programme: Programme) -> list[tuple[UUID, str, datetime]]:
    """Return the customers whose every look is an alarm: public id, kind, since when."""
    rows = Watched.objects.filter(programme=programme).order_by("-since")
    return list(rows.values_list("customer", "kind", "since"))
