"""Own reps as first steps, which name them and those who stand in; the queue's own steps follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rapport.customers.book_queries import Keepers, keepers_of
from rapport.routing.models import Offer
from rapport.routing.policy import ANYONE, Step

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact
    from rapport.routing.plan.rules import Personal

Steps = tuple[Step, ...]
Passed = Mapping[int, float]


def first_steps(programme: Programme, rules: Personal, waiting: Sequence[Contact]) -> dict[int, Steps]:
    """Return the steps before the queue's own of those contacts whose customer has an own rep.

    A few queries, however many contacts there are; none where the plan has no own reps.
    """
    if not rules.patience_seconds:
        return {}
    keepers = keepers_of(programme, (one.customer_id for one in waiting))
    theirs = [one for one in waiting if one.customer_id in keepers]
    passed = _passed_at([one.pk for one in theirs])
    return {
        one.pk: personal_steps(
            rules,
            keepers[one.customer_id],
            placed_at=(one.placed_at or one.arrived_at).timestamp(),
            passed_at=passed[one.pk],
        )
        for one in theirs
        if one.customer_id is not None
    }


def after(first: Steps, others: Steps) -> Steps:
    """Return the queue's own steps (none: any rep will do) behind those that name people."""
    return (*first, *(others or ANYONE)) if first else others


def has_own_rep(contact: Contact, rules: Personal) -> bool:
    """Say whether the contact is its customer's own rep's first of all."""
    return bool(rules.patience_seconds and keepers_of(contact.programme, [contact.customer_id]))


def personal_steps(rules: Personal, keepers: Keepers, *, placed_at: float, passed_at: Passed) -> Steps:
    """Return the steps that name the own rep and those who stand in, as the policy takes them.

    Each has run out when all whom it names have declined or missed the contact (``passed_at``), and at once while
    none of them is signed in. Who stands in is asked in the order in which they are named.
    """
    called = "who keeps their own rep's book" if keepers.is_meanwhile else "their own rep"
    own = _step(called, (keepers.rep,), rules.patience_seconds, placed_at, passed_at)
    chain = keepers.stand_ins if rules.stand_in_seconds else ()
    if not chain:
        return (own,)
    begins = placed_at + (own.seconds or 0)
    preferred = (
        Step(seconds=0, people=(one,), skip_if_absent=True, called="who stands in for their own rep")
        for one in chain[:-1]
    )
    last = _step("who stands in for their own rep", chain, rules.stand_in_seconds, begins, passed_at)
    return (own, *preferred, last)


def _step(called: str, people: tuple[int, ...], seconds: float, begins: float, passed_at: Passed) -> Step:
    if all(one in passed_at for one in people):
        seconds = min(seconds, max(0.0, max(passed_at[one] for one in people) - begins))
    return Step(seconds=seconds, people=people, skip_if_absent=True, called=called)


def _passed_at(contacts: Sequence[int]) -> dict[int, dict[int, float]]:
    """Return who declined or missed each contact, and when."""
    found: dict[int, dict[int, float]] = defaultdict(dict)
    results = [Offer.Result.MISSED, Offer.Result.DECLINED]
    rows = Offer.objects.filter(contact__in=contacts, result__in=results, ended_at__isnull=False)
    for contact, rep, at in rows.values_list("contact_id", "member_id", "ended_at"):
        found[contact][rep] = at.timestamp() if at else 0.0
    return found
