"""Reads of wishes to leave."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Min

from rapport.kit import clock
from rapport.kit.errors import NotFound
from rapport.offers.leaving.rules import (
    BUILT_IN,
    Attempted,
    Jurisdiction,
    Rules,
    RulesInvalid,
    Verdict,
    may_offer,
    read_rules,
)
from rapport.offers.models import Cancellation, CancelRequest, FairSaveRules, LeavingReason, SaveAttempt

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact
    from rapport.customers.models import Customer

log = logging.getLogger("rapport.offers")
LATELY = timedelta(days=1)
WITH = ("programme", "customer__segment", "contact", "rep__user", "reason__parent")


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules that a new wish to leave goes by; ``number`` is None for those built in."""

    number: int | None
    rules: Rules


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """A reason of the first level, and those behind it."""

    reason: LeavingReason
    details: list[LeavingReason]


def attempt_of(contact: Contact) -> SaveAttempt | None:
    """Return the wish to leave that is worked on this contact: the open one, or else the last one."""
    found = SaveAttempt.objects.select_related(*WITH).filter(programme=contact.programme_id, contact=contact)
    return found.order_by("-state", "-opened_at", "-pk").first()


def attempt_by_id(programme: Programme, public_id: UUID) -> SaveAttempt:
    """Return a save attempt; NotFound where the programme has none of this id."""
    found = SaveAttempt.objects.select_related(*WITH).filter(programme=programme, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def attempts_of(customer: Customer, *, limit: int = 10) -> list[SaveAttempt]:
    """Return the customer's wishes to leave, the newest first: what was tried before."""
    found = SaveAttempt.objects.select_related(*WITH).filter(customer=customer)
    return list(found.order_by("-opened_at", "-pk")[:limit])


def left_between(programme: Programme, start: datetime, end: datetime) -> list[SaveAttempt]:
    """Return the wishes to leave that ended within the time with the customer gone, in order."""
    found = SaveAttempt.objects.select_related(*WITH).filter(
        programme=programme, outcome=SaveAttempt.Outcome.LEFT, ended_at__gte=start, ended_at__lt=end
    )
    return list(found.order_by("ended_at", "pk"))


def ended(programme: Programme, starts: datetime, ends: datetime) -> list[tuple[str, int]]:
    """Return how the wishes to leave that ended from one moment to before another did, and how many each way."""
    found = SaveAttempt.objects.filter(programme=programme, ended_at__gte=starts, ended_at__lt=ends)
    return list(found.values_list("outcome").annotate(wishes=Count("*")).order_by("outcome"))


def open_attempt_of(customer: Customer) -> SaveAttempt | None:
    """Return the customer's newest wish to leave that has no outcome yet."""
    found = SaveAttempt.objects.select_related(*WITH).filter(customer=customer, state=SaveAttempt.State.OPEN)
    return found.order_by("-opened_at", "-pk").first()


def verdict_on(attempt: SaveAttempt, *, at: datetime | None = None) -> Verdict:
    """Return whether one more offer is fair now."""
    told = Attempted(
        is_open=attempt.state == SaveAttempt.State.OPEN,
        channel=attempt.channel,
        requests=attempt.requests,
        offers_made=attempt.offers_made,
        first_offer_at=attempt.first_offer_at,
    )
    return may_offer(jurisdiction_of(attempt), told, at or clock.now())


def jurisdiction_of(attempt: SaveAttempt) -> Jurisdiction:
    """Return what is fair to this attempt: of the version that it began with."""
    return rules_numbered(attempt.programme_id, attempt.rules).named(attempt.jurisdiction)


def rules_in_force(programme: Programme) -> InForce:
    """Return the rules approved last; those built in where the programme has none of its own."""
    approved = FairSaveRules.objects.filter(programme=programme, approved_at__isnull=False)
    number = approved.order_by("-approved_at", "-number").values_list("number", flat=True).first()
    return InForce(number, rules_numbered(programme.pk, number))


def rules_numbered(programme_id: int, number: int | None) -> Rules:
    """Return a version's rules; each text is read once a process."""
    if number is None:
        return BUILT_IN
    row = FairSaveRules.objects.filter(programme=programme_id, number=number).only("pk", "made_at").get()
    return _read(row.pk, row.made_at)


@lru_cache(maxsize=256)
def _read(row_id: int, made_at: datetime) -> Rules:
    try:
        return read_rules(FairSaveRules.objects.values_list("text", flat=True).get(pk=row_id))
    except RulesInvalid as error:
        log.error("the fair-save rules in row %s cannot be read; those built in hold. %s", row_id, error)
        return BUILT_IN


def rules_versions(programme: Programme) -> list[FairSaveRules]:
    """Return the programme's versions of rules, the newest first."""
    found = FairSaveRules.objects.select_related("made_by__user", "approved_by__user")
    return list(found.filter(programme=programme).order_by("-number")[:50])


def reasons_of(programme: Programme, *, with_retired: bool = False) -> list[ReasonGroup]:
    """Return the reasons for leaving in order, each with what may be behind it."""
    found = LeavingReason.objects.filter(programme=programme).order_by("position", "pk")
    rows = list(found if with_retired else found.filter(retired_at__isnull=True))
    tops = (one for one in rows if one.parent_id is None)
    return [ReasonGroup(top, [one for one in rows if one.parent_id == top.pk]) for top in tops]


def cancellation_by_reference(programme: Programme, reference: str) -> Cancellation:
    """Return a cancellation by what is on its certificate; NotFound where there is none."""
    rows = Cancellation.objects.select_related("customer", "attempt__contact", "programme")
    found = rows.filter(programme=programme, reference=reference.strip().upper()).first()
    if found is None:
        raise NotFound("There is no such certificate.")
    return found


def cancellations_to_do(programme: Programme, *, limit: int = 200) -> list[Cancellation]:
    """Return the cancellations that the partner has not carried out yet, the oldest first."""
    rows = Cancellation.objects.select_related("customer", "attempt").exclude(state=Cancellation.State.DONE)
    return list(rows.filter(programme=programme).order_by("at", "pk")[:limit])


def open_requests(programme: Programme, *, limit: int = 100) -> list[CancelRequest]:
    """Return the requests of people we could not make sure of that nobody has settled, the most urgent first."""
    rows = CancelRequest.objects.select_related("contact", "customer").filter(programme=programme, state="open")
    return list(rows.order_by("due_at", "pk")[:limit])


def overdue_requests(programme: Programme) -> tuple[int, datetime | None]:
    """Return how many such requests should have been settled by now, and since when the first of them."""
    rows = CancelRequest.objects.filter(programme=programme, state="open", due_at__lt=clock.now())
    told = rows.aggregate(many=Count("pk"), first=Min("due_at"))
    return told["many"], told["first"]


def certificate(programme: Programme, public_id: UUID) -> Cancellation:
    """Return a cancellation for who was given its address; NotFound where there is none."""
    rows = Cancellation.objects.select_related("customer", "attempt", "programme")
    found = rows.filter(programme=programme, public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such certificate.")
    return found


def certificate_of(attempt: SaveAttempt) -> Cancellation | None:
    """Return the cancellation that the attempt ended with, if it did."""
    return Cancellation.objects.filter(attempt=attempt).first()


def request_by_id(programme: Programme, public_id: UUID) -> CancelRequest:
    """Return a request for who was given its address; NotFound where there is none."""
    found = (
        CancelRequest.objects.select_related("contact").filter(programme=programme, public_id=public_id).first()
    )
    if found is None:
        raise NotFound("There is no such request.")
    return found


def open_request_of(contact: Contact) -> CancelRequest | None:
    """Return the request to cancel that was made in this contact and that nobody has settled."""
    return CancelRequest.objects.filter(contact=contact, state=CancelRequest.State.OPEN).first()


def cancelled_lately(customer: Customer) -> list[Cancellation]:
    """Return what the customer has cancelled within a day, the newest first."""
    rows = Cancellation.objects.filter(customer=customer, at__gte=clock.now() - LATELY)
    return list(rows.order_by("-at", "-pk"))


def attempts_in(programme: Programme) -> QuerySet[SaveAttempt]:
    """Return the programme's wishes to leave, for a query to choose customers by."""
    return SaveAttempt.objects.filter(programme=programme)
