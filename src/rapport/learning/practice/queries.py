"""Reads of practice; the caller is inside the programme where people practise, unless said otherwise."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from rapport.accounts.practising import practice_of
from rapport.accounts.queries import place_of
from rapport.accounts.roles import Right
from rapport.guides import queries as guides
from rapport.kit.walls import inside
from rapport.learning.practice.customer import Script
from rapport.learning.practice.models import Practice
from rapport.learning.practice.personas import personas

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

STATES = {
    "": ("under way", "busy"),
    "stayed": ("stayed", "good"),
    "left": ("left", "warn"),
    "stopped": ("stopped before the end", "off"),
    "not_taken": ("not taken", "off"),
}
GOES_ON = ("arrived", "waiting", "active")


@dataclass(frozen=True, slots=True)
class Done:
    """A practice, how it ended, and what of the guide was covered (None: it had no guide)."""

    row: Practice
    outcome: str
    covered: int | None
    required: int

    @property
    def persona(self) -> str:
        """Who it was with."""
        found = personas().get(self.row.persona)
        return found.name if found else self.row.persona


def script_of(row: Practice) -> Script:
    """Return what a practice goes by."""
    return Script.model_validate(row.script)


def practice_with(contact: UUID) -> Practice | None:
    """Return the practice that a contact belongs to."""
    return Practice.objects.filter(contact__public_id=contact).first()


def goes_on(member: Member) -> Practice | None:
    """Return the practice of the member that is not over: rung, talked, or still to be wrapped up."""
    rows = Practice.objects.select_related("contact").filter(member=member)
    return rows.filter(contact__state__in=(*GOES_ON, "wrap_up")).order_by("-pk").first()


def own_place(member: Member, practice: Programme) -> Member | None:
    """Return the member's place where their programme practises; None while they were never there."""
    return place_of(member.user, practice)


def practices_shown(member: Member, practice: Programme, *, limit: int = 30) -> list[Done]:
    """Return the practices that a member of the real programme may read, their own among them, the newest first.

    Who reads all contacts of the programme, or their team's, reads all practices, or their team's.
    """
    shown = Q(member__user=member.user_id)
    if member.may(Right.READ_CONTACTS):
        shown = Q()
    elif member.may(Right.READ_TEAM_CONTACTS) and member.team is not None:
        shown |= Q(member__team__name=member.team.name)
    rows = Practice.objects.select_related("contact__reason", "member__user").filter(shown, programme=practice)
    return _done(list(rows.order_by("-pk")[:limit]))


def practices_of(programme: Programme, people: Collection[int], since: datetime) -> dict[int, list[datetime]]:
    """Return when these people (user ids) of a real programme brought practices to the customer's last word.

    The caller is inside the real programme.
    """
    practice, found = practice_of(programme), dict[int, list[datetime]]()
    if practice is None:
        return found
    with inside(practice.pk):
        rows = Practice.objects.filter(programme=practice, member__user__in=people, ended_at__gte=since)
        for person, ended_at in rows.values_list("member__user", "ended_at"):
            if ended_at is not None:
                found.setdefault(person, []).append(ended_at)
    return found


def _done(rows: Sequence[Practice]) -> list[Done]:
    standing = guides.standing_of([one.contact for one in rows])
    found = []
    for one in rows:
        way = standing.get(one.contact_id)
        found.append(
            Done(
                one,
                _outcome(one),
                way.coverage.covered if way else None,
                way.coverage.required if way else 0,
            )
        )
    return found


def _outcome(row: Practice) -> str:
    if row.outcome or row.contact.state in GOES_ON:
        return row.outcome
    return "not_taken" if row.contact.state == "abandoned" else "stopped"
