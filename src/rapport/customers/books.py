"""Books: who is whose own rep, who stands in for a rep, and who keeps whose book for some days.

Changes of a programme's books are made one after the other, under one lock that is taken before any customer's
row; so a book never holds more than its size, however many are moved at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.accounts.roles import Right
from rapport.customers.events import (
    BookHandedOver,
    BooksChanged,
    HandOverEnded,
    OwnRepChanged,
    StandInsChanged,
)
from rapport.customers.models import Customer, HandOver, OwnRep, StandIn, Standing
from rapport.events.actions import announce, record_history
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.filters import day as in_words
from rapport.kit.turns import Turn, take_turns

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

MOST_STAND_INS = 3
LONGEST_HAND_OVER = timedelta(days=366)
SAID_BY_PROGRAMS = (OwnRep.Why.IMPORT, OwnRep.Why.API)
WHY: dict[str, str] = {one.value: str(one.label) for one in OwnRep.Why if one not in SAID_BY_PROGRAMS}
_size_rules: list[Callable[[Programme], int]] = []


def size_is_said_by(rule: Callable[[Programme], int]) -> None:
    """Have the rule say how many customers a book holds at most; routing's plan does."""
    _size_rules[:] = [rule]


def most_customers(programme: Programme) -> int:
    """Return how many customers a rep of the programme may have."""
    return _size_rules[0](programme)


@transaction.atomic
def assign_own_rep(
    *, programme: Programme, customers: Iterable[UUID], rep: Member | None, why: str, actor: str
) -> int:
    """Let these customers have this own rep from now on (None: none); return for how many that is new.

    Raises Conflict where the rep's book does not hold them all; then nothing is changed.
    """
    wanted = set(customers)
    if why not in OwnRep.Why.values:
        raise Invalid("Choose from the list why.")
    if rep is not None:
        require_keeper(programme, rep)
    take_turns(Turn.BOOKS, programme.pk)
    found = list(
        Customer.objects.select_for_update(no_key=True)
        .filter(programme=programme, public_id__in=wanted)
        .exclude(standing=Standing.ERASED)
        .order_by("pk")
    )
    if len(found) != len(wanted):
        raise NotFound("One of these customers is not on file.")
    return give(programme, found, rep, why=why, actor=actor)


@transaction.atomic
def move_book(*, programme: Programme, rep: Member, to: Member | None, why: str, actor: str) -> int:
    """Let everybody in a rep's book have another own rep (None: none) for good; return how many."""
    take_turns(Turn.BOOKS, programme.pk)
    theirs = Customer.objects.filter(
        programme=programme, own_reps__rep=rep, own_reps__until__isnull=True
    ).values_list("public_id", flat=True)
    return assign_own_rep(programme=programme, customers=list(theirs), rep=to, why=why, actor=actor)


def give(programme: Programme, customers: Sequence[Customer], rep: Member | None, *, why: str, actor: str) -> int:
    """Write who the own rep of locked customers is; the caller has taken its turn."""
    rows = OwnRep.objects.select_related("rep").filter(customer__in=customers, until__isnull=True)
    before = {one.customer_id: one.rep for one in rows}
    changed = [one for one in customers if before.get(one.pk) != rep]
    if not changed:
        return 0
    if rep is not None:
        _require_room(programme, rep, len(changed))
    now, by_id = clock.now(), {one.pk: one for one in changed}
    OwnRep.objects.filter(customer__in=changed, until__isnull=True).update(until=now)
    if rep is not None:
        OwnRep.objects.bulk_create(
            OwnRep(programme=programme, customer=one, rep=rep, why=why, since=now) for one in changed
        )
    told = rep.agent_id if rep else None
    former = {pk: before[pk].agent_id if pk in before else None for pk in by_id}
    record_history(
        ((OwnRepChanged(rep=told, before=former[pk], why=why), one.public_id, now) for pk, one in by_id.items()),
        programme=programme,
        actor=actor,
    )
    reps = sorted({agent_id for agent_id in (told, *former.values()) if agent_id})
    announce(
        BooksChanged(reps=reps, customers=len(changed)),
        programme=programme,
        subject=programme.public_id,
        actor=actor,
        at=now,
    )
    return len(changed)


@transaction.atomic
def name_stand_ins(*, programme: Programme, rep: Member, by: Sequence[Member], actor: str) -> None:
    """Say who stands in for a rep, the first one first; nobody, where none are named."""
    if len(by) > MOST_STAND_INS:
        raise Invalid(f"Name {MOST_STAND_INS} people at most.")
    if len({one.pk for one in by}) != len(by):
        raise Invalid("Name each person once.")
    require_keeper(programme, rep)
    for one in by:
        if one.pk == rep.pk:
            raise Invalid("Nobody stands in for themselves. Choose somebody else.")
        require_keeper(programme, one)
    take_turns(Turn.BOOKS, programme.pk)
    counting = StandIn.objects.filter(rep=rep, until__isnull=True)
    if list(counting.order_by("position").values_list("by", flat=True)) == [one.pk for one in by]:
        return
    now = clock.now()
    counting.update(until=now)
    StandIn.objects.bulk_create(
        StandIn(programme=programme, rep=rep, by=one, position=place, since=now) for place, one in enumerate(by, 1)
    )
    announce(
        StandInsChanged(rep=rep.agent_id, stand_ins=[one.agent_id for one in by]),
        programme=programme,
        subject=rep.user.public_id,
        actor=actor,
    )


@transaction.atomic
def hand_over(
    *, programme: Programme, rep: Member, to: Member, first_day: date, last_day: date, actor: str
) -> HandOver:
    """Let another keep a rep's whole book from the first day until the last; then it is the rep's again."""
    today = clock.now().astimezone(programme.zone).date()
    if last_day < first_day:
        raise Invalid("The last day comes before the first. Put the days in order.")
    if first_day < today or last_day - first_day > LONGEST_HAND_OVER:
        raise Invalid("Choose days from today on, a year at most. For good, move the customers instead.")
    if rep.pk == to.pk:
        raise Invalid("Choose somebody else to keep the book.")
    if rep.programme_id != programme.pk:
        raise NotFound
    require_keeper(programme, to)
    take_turns(Turn.BOOKS, programme.pk)
    meanwhile = HandOver.objects.select_related("rep__user", "to__user").filter(
        programme=programme, first_day__lte=last_day, last_day__gte=first_day
    )
    for other in meanwhile:
        _require_apart(other, rep, to)
    made = HandOver.objects.create(programme=programme, rep=rep, to=to, first_day=first_day, last_day=last_day)
    told = BookHandedOver(
        rep=rep.agent_id, to=to.agent_id, first_day=first_day.isoformat(), last_day=last_day.isoformat()
    )
    announce(told, programme=programme, subject=rep.user.public_id, actor=actor)
    return made


@transaction.atomic
def end_hand_over(*, programme: Programme, hand_over_id: UUID, actor: str) -> HandOver:
    """Give a book back from today on, or call off what has not begun; what has ended already stays as it was."""
    take_turns(Turn.BOOKS, programme.pk)
    found = (
        HandOver.objects.select_related("rep__user", "to__user")
        .filter(programme=programme, public_id=hand_over_id)
        .first()
    )
    if found is None:
        raise NotFound
    today = clock.now().astimezone(programme.zone).date()
    if found.last_day < today:
        return found
    if found.first_day >= today:
        HandOver.objects.filter(pk=found.pk).delete()
    else:
        found.last_day = today - timedelta(days=1)
        found.save(update_fields=["last_day"])
    announce(
        HandOverEnded(rep=found.rep.agent_id, to=found.to.agent_id),
        programme=programme,
        subject=found.rep.user.public_id,
        actor=actor,
    )
    return found


def require_keeper(programme: Programme, rep: Member) -> None:
    """Refuse as own rep or stand-in whoever takes no contacts of the programme now."""
    if rep.programme_id != programme.pk:
        raise NotFound
    if not rep.may(Right.TAKE_CONTACTS):
        raise Invalid(f"{rep.name} takes no contacts here. Choose somebody who does.")


def _require_room(programme: Programme, rep: Member, more: int) -> None:
    has, most = OwnRep.objects.filter(rep=rep, until__isnull=True).count(), most_customers(programme)
    if has + more > most:
        raise Conflict(f"{rep.name} has {has} of {most} customers, so {more} more do not fit. Choose fewer.")


def _require_apart(other: HandOver, rep: Member, to: Member) -> None:
    """Refuse a book that is handed over already then, and one given to or by somebody in the midst of another."""
    days = f"from {in_words(other.first_day)} to {in_words(other.last_day)}"
    if other.rep_id == rep.pk:
        raise Conflict(f"{rep.name}'s book is with {other.to.name} {days} already. Give it back first.")
    if other.rep_id == to.pk:
        raise Conflict(f"{to.name}'s own book is with {other.to.name} {days}. Choose somebody else.")
    if other.to_id == rep.pk:
        raise Conflict(f"{rep.name} keeps {other.rep.name}'s book {days}. Hand that one to somebody else first.")
