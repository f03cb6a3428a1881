"""Reads of books: who keeps whose customers now, and how full each book is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Min, Q

from rapport.customers.models import Customer, HandOver, OwnRep, StandIn, Standing
from rapport.kit import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme

OPEN = Q(until__isnull=True)


@dataclass(frozen=True, slots=True)
class Keepers:
    """Who is asked first for a customer: who keeps them now, and who stands in (ids of members).

    ``is_meanwhile``: somebody keeps the book of the own rep, who is away.
    """

    rep: int
    stand_ins: tuple[int, ...] = ()
    is_meanwhile: bool = False


@dataclass(frozen=True, slots=True)
class OwnRepNow:
    """Whose customer somebody is, since when, and who keeps the book meanwhile."""

    rep: Member
    since: datetime
    meanwhile: HandOver | None


@dataclass(frozen=True, slots=True)
class InBook:
    """A customer in a rep's book, and the day on which the next promise to them is due."""

    customer: Customer
    since: datetime
    due_on: date | None


def keepers_of(programme: Programme, customers: Iterable[int | None]) -> dict[int, Keepers]:
    """Return who is asked first for each of the customers (ids) who has an own rep; at most three queries."""
    ids = {one for one in customers if one is not None}
    rows = OwnRep.objects.filter(OPEN, programme=programme, customer__in=ids, customer__standing=Standing.ACTIVE)
    reps = dict(rows.values_list("customer_id", "rep_id")) if ids else {}
    if not reps:
        return {}
    away = dict(_handed_over(programme).filter(rep__in=set(reps.values())).values_list("rep_id", "to_id"))
    chains: dict[int, list[int]] = defaultdict(list)
    named = StandIn.objects.filter(OPEN, programme=programme, rep__in=set(reps.values())).order_by("position")
    for rep, by in named.values_list("rep_id", "by_id"):
        chains[rep].append(by)
    return {
        customer: Keepers(
            rep=away.get(rep, rep),
            stand_ins=tuple(one for one in chains[rep] if one != away.get(rep)),
            is_meanwhile=rep in away,
        )
        for customer, rep in reps.items()
    }


def reps_of(programme: Programme, customers: Iterable[int]) -> dict[int, int]:
    """Return the own rep (id) of those of the customers (ids) who have one."""
    rows = OwnRep.objects.filter(OPEN, programme=programme, customer__in=list(customers))
    return dict(rows.values_list("customer_id", "rep_id"))


def kept_anew(programme: Programme, customers: Iterable[int | None], *, at: datetime, person: UUID) -> set[int]:
    """Return those of the customers (ids) whose own rep changed at the moment, or is the person."""
    changed = Q(since=at) | Q(until=at) | Q(OPEN, rep__user__public_id=person)
    rows = OwnRep.objects.filter(changed, programme=programme, customer__in={one for one in customers if one})
    return set(rows.values_list("customer_id", flat=True))


def own_rep_of(customer: Customer) -> OwnRepNow | None:
    """Return whose customer this is now."""
    found = OwnRep.objects.select_related("rep__user", "rep__programme").filter(OPEN, customer=customer).first()
    if found is None:
        return None
    with_another = _handed_over(found.rep.programme).select_related("to__user").filter(rep=found.rep).first()
    return OwnRepNow(found.rep, found.since, with_another)


def book_sizes(programme: Programme) -> dict[int, int]:
    """Return how many customers each rep has, by the rep's id."""
    rows = OwnRep.objects.filter(OPEN, programme=programme).values_list("rep_id").annotate(size=Count("pk"))
    return dict(rows)


def book_of(rep: Member, *, after: int = 0, limit: int | None = None) -> list[InBook]:
    """Return the customers of a rep by name; whose data is restricted is not named among them."""
    promise = Q(customer__promises__settled_at__isnull=True)
    rows = (
        OwnRep.objects.select_related("customer__segment")
        .filter(OPEN, rep=rep)
        .annotate(due_on=Min("customer__promises__due_on", filter=promise))
        .order_by("customer__name", "customer__key")
    )
    chosen = rows[after : after + limit] if limit is not None else rows[after:]
    return [InBook(one.customer, one.since, one.due_on) for one in chosen]


def stand_ins_in(programme: Programme) -> dict[int, list[Member]]:
    """Return who stands in for whom, the first one first, by the id of the rep."""
    found: dict[int, list[Member]] = defaultdict(list)
    rows = StandIn.objects.select_related("by__user").filter(OPEN, programme=programme).order_by("rep", "position")
    for one in rows:
        found[one.rep_id].append(one.by)
    return found


def hand_overs_in(programme: Programme) -> list[HandOver]:
    """Return the hand-overs that go on or are to come, the first one first."""
    rows = HandOver.objects.select_related("rep__user", "to__user")
    return list(rows.filter(programme=programme, last_day__gte=_today(programme)).order_by("first_day", "pk"))


def _handed_over(programme: Programme) -> QuerySet[HandOver]:
    today = _today(programme)
    return HandOver.objects.filter(programme=programme, first_day__lte=today, last_day__gte=today)


def _today(programme: Programme) -> date:
    return clock.now().astimezone(programme.zone).date()
