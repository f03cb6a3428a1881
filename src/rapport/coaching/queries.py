"""Reads of one-to-ones; which of them a person may see, ``access`` says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.coaching.access import seen_by
from rapport.coaching.models import AgreedAction, OneToOne, Rhythm, RolePlay, State
from rapport.contacts.queries import handled_between
from rapport.guides.library.queries import live_of
from rapport.kit import clock
from rapport.quality.gaps import criteria_of, state_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact
    from rapport.quality.models import Selection

__all__ = ["criteria_of"]

PICKED_WITHIN = timedelta(days=7)
MOST = 100
IN_A_ROW = timedelta(days=91)


@dataclass(frozen=True, slots=True)
class Listed:
    """A member's one-to-ones: those to come and going on, those that were, and what was agreed and is open."""

    ahead: list[OneToOne]
    past: list[OneToOne]
    actions: list[AgreedAction]
    rhythms: list[Rhythm]


def listed_for(member: Member, rep: Member | None = None) -> Listed:
    """Return the one-to-ones that the member may see, of one rep or all; the next first, the last first."""
    rows = seen_by(member).filter(rep=rep) if rep else seen_by(member)
    past = rows.exclude(state__in=[State.PLANNED, State.UNDER_WAY, State.CANCELLED])
    return Listed(
        list(rows.filter(state__in=[State.PLANNED, State.UNDER_WAY]).order_by("planned_for", "pk")[:MOST]),
        list(past.order_by("-planned_for", "-pk")[:MOST]),
        open_actions(rows.values_list("pk", flat=True)),
        list(
            Rhythm.objects.select_related("rep__user", "coach__user")
            .filter(programme=member.programme, coach=member)
            .order_by("weekday", "at", "rep__user__name")
        ),
    )


def open_actions(one_to_ones: Iterable[int]) -> list[AgreedAction]:
    """Return what was agreed in these one-to-ones and is open, by the day it is looked at."""
    rows = AgreedAction.objects.select_related("one_to_one__rep__user", "one_to_one__coach__user")
    rows = rows.filter(one_to_one__in=one_to_ones, outcome=AgreedAction.Outcome.OPEN)
    return list(rows.order_by("review_on", "pk")[:MOST])


def reps_of(member: Member) -> list[Member]:
    """Return whom the member may hold one-to-ones with, by name."""
    found = [one for one in members_with(member.programme, Right.TAKE_CONTACTS) if one.pk != member.pk]
    return sorted((one for one in found if not one.may(Right.COACH)), key=lambda one: one.name.casefold())


def last_before(row: OneToOne) -> OneToOne | None:
    """Return the rep's one-to-one that was done before this one began, or is to begin."""
    begins = row.started_at or max(row.planned_for, clock.now())
    rows = OneToOne.objects.filter(rep=row.rep_id, state=State.DONE, ended_at__lte=begins).exclude(pk=row.pk)
    return rows.order_by("-ended_at").first()


def next_within_a_day(rep: Member) -> OneToOne | None:
    """Return the rep's next planned one-to-one, where it is within a day; its ``coach`` can be named."""
    now = clock.now()
    rows = OneToOne.objects.select_related("coach__user").filter(
        programme=rep.programme, rep=rep, state=State.PLANNED
    )
    return (
        rows.filter(planned_for__gt=now, planned_for__lte=now + timedelta(days=1)).order_by("planned_for").first()
    )


def missed_in_a_row(programme: Programme, until: datetime) -> dict[int, int]:
    """Return how many of the last one-to-ones before an instant reps (ids) missed in a row, in three months."""
    rows = OneToOne.objects.filter(
        programme=programme, planned_for__gte=until - IN_A_ROW, planned_for__lt=until,
        state__in=[State.DONE, State.MISSED],
    )  # fmt: skip
    found: dict[int, int] = {}
    over: set[int] = set()
    for rep, state in rows.order_by("-planned_for", "-pk").values_list("rep", "state"):
        if state == State.DONE:
            over.add(rep)
        elif rep not in over:
            found[rep] = found.get(rep, 0) + 1
    return found


def agreed_in(row: OneToOne) -> list[AgreedAction]:
    """Return what a one-to-one ended in."""
    return list(row.actions.order_by("number"))


def agreed_before(row: OneToOne) -> list[AgreedAction]:
    """Return what was agreed with the rep in other one-to-ones and is open, by the day it is looked at."""
    rows = AgreedAction.objects.select_related("programme", "one_to_one__coach__user").exclude(one_to_one=row)
    return list(
        rows.filter(one_to_one__rep=row.rep_id, outcome=AgreedAction.Outcome.OPEN).order_by("review_on", "pk")[:20]
    )


def played_in(row: OneToOne) -> list[RolePlay]:
    """Return the role plays of a one-to-one in order."""
    return list(row.role_plays.order_by("at", "pk"))


def rebuttal_titles(programme: Programme) -> dict[str, str]:
    """Return the rebuttals that are live, by key, with their titles."""
    return {one.key: one.entry.heading for one in live_of(programme, "rebuttal")}


def to_pick_from(rep: Member, *, limit: int = 25) -> list[Contact]:
    """Return the rep's contacts of the last week that are closed, the newest first."""
    return list(_closed_lately(rep)[:limit])


def to_share_from(rep: Member, *, limit: int = 25) -> list[Contact]:
    """Return those of the rep's contacts to pick from that the rep had alone, as one that is shared must be."""
    return list(_closed_lately(rep).filter(transfers=0)[:limit])


def _closed_lately(rep: Member) -> QuerySet[Contact]:
    now = clock.now()
    rows = handled_between(rep.programme, now - PICKED_WITHIN, now).filter(rep=rep)
    return rows.select_related("reason", "customer").order_by("-arrived_at")


def is_scored(selection: Selection | None) -> bool:
    """Say whether anybody has handed in a score of a contact that was picked."""
    found = state_of(selection) if selection else None
    return found is not None and (found.own_in or found.other_in)
