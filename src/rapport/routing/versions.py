"""Reads of plans: the one in force, the versions on file, and the names that a plan of the programme may use."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q

from rapport.accounts import queries as accounts
from rapport.accounts.roles import RIGHTS, Right, Role
from rapport.contacts.queries import reason_names
from rapport.customers.queries import segments_of
from rapport.kit import clock
from rapport.kit.errors import NotFound
from rapport.routing.models import PlanTrial, PlanVersion
from rapport.routing.plan.checks import Known
from rapport.routing.plan.reading import PlanInvalid, read_plan
from rapport.routing.plan.rules import Plan

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

log = logging.getLogger("rapport.routing")

BUILT_IN = """# One queue, and whoever takes contacts answers.

[queues.main]
name = "Main"
routes = [{ steps = [{ anyone = true }] }]
"""
PLAIN = read_plan(BUILT_IN)
IN_FORCE = Q(published_at__isnull=False, replaced_at__isnull=True)
PLANS = """
SELECT id, number, made_at, published_at IS NOT NULL FROM routing_planversion AS version
WHERE programme_id = %s AND (published_at IS NOT NULL AND replaced_at IS NULL
    OR EXISTS (SELECT FROM routing_plantrial WHERE candidate_id = version.id AND ended_at IS NULL))
"""


@dataclass(frozen=True, slots=True)
class InForce:
    """The plan that counts now, and its number; None where a programme has the plain plan that is built in."""

    number: int | None
    plan: Plan


@dataclass(frozen=True, slots=True)
class Plans:
    """What contacts are routed by: the plan in force and, while one is tried, that one by its number.

    What belongs to all contacts together (queues, hours, capacity) is always the plan in force's. A contact's
    steps, head start and choice are those of the plan that was drawn for it.
    """

    in_force: InForce
    tried: Mapping[int, Plan]

    def of(self, contact: Contact) -> Plan:
        """Return the plan for one contact; the one in force where the plan drawn for it is not tried any more."""
        return self.tried.get(contact.plan or 0, self.in_force.plan)

    @property
    def all(self) -> tuple[Plan, ...]:
        """Every plan that some contact may go by."""
        return self.in_force.plan, *self.tried.values()


def plans_of(programme: Programme) -> Plans:
    """Return the plans that the programme's contacts are routed by; each text is read once a process."""
    with connection.cursor() as cursor:
        cursor.execute(PLANS, [programme.pk])
        found = cursor.fetchall()
    now = next((InForce(number, _read(pk, made)) for pk, number, made, published in found if published), None)
    tried = {number: _read(pk, made) for pk, number, made, published in found if not published}
    return Plans(now or InForce(None, PLAIN), tried)


def plan_in_force(programme: Programme) -> InForce:
    """Return the programme's plan in force; the plain one that is built in where it has published none."""
    return plans_of(programme).in_force


@dataclass(frozen=True, slots=True)
class SameChoice:
    """Since when the plans in force have chosen among several as now; ``apart``: numbers tried that did not."""

    since: datetime
    apart: list[int]


def same_choice(programme: Programme) -> SameChoice | None:
    """Return since when the choice has been the same, through all plans; None where none was published."""
    choice = plan_in_force(programme).plan.choice
    published = PlanVersion.objects.filter(programme=programme, published_at__isnull=False)
    newest_first = published.order_by("-published_at", "-number").values_list("pk", "made_at", "published_at")
    alike = takewhile(lambda row: _read(row[0], row[1]).choice == choice, newest_first)
    *_, since = (None, *(published_at for _, _, published_at in alike))
    if since is None:
        return None
    meanwhile = Q(ended_at__isnull=True) | Q(ended_at__gt=since)
    tried = PlanTrial.objects.filter(meanwhile, programme=programme).values_list(
        "candidate", "candidate__made_at", "candidate__number"
    )
    return SameChoice(since, [number for pk, made_at, number in tried if _read(pk, made_at).choice != choice])


def most_customers(programme: Programme) -> int:
    """Return how many customers a rep's book holds at most."""
    return plan_in_force(programme).plan.personal.most_customers


@lru_cache(maxsize=256)
def _read(version_id: int, made_at: datetime) -> Plan:
    """Return the plan of a version, which is never changed; what it names is not looked at.

    One that this version of the program cannot read any more is taken for the plain plan: routing goes on.
    """
    try:
        return read_plan(PlanVersion.objects.values_list("text", flat=True).get(pk=version_id))
    except PlanInvalid as error:
        log.error("the plan of routing in force (row %s) cannot be read; anyone answers. %s", version_id, error)
        return PLAIN


def version_in_force(programme: Programme) -> PlanVersion | None:
    """Return the version of the plan in force, if the programme has one."""
    return PlanVersion.objects.filter(IN_FORCE, programme=programme).first()


def text_in_force(programme: Programme) -> str:
    """Return the plan in force as it was written."""
    version = version_in_force(programme)
    return version.text if version else BUILT_IN


def versions_of(programme: Programme, *, limit: int = 50) -> list[PlanVersion]:
    """Return the newest versions of the plan, the newest first, without their texts."""
    found = PlanVersion.objects.select_related("made_by__user", "published_by__user").filter(programme=programme)
    return list(found.defer("text").order_by("-number")[:limit])


def version_by_number(programme: Programme, number: int) -> PlanVersion:
    """Return one version of the plan; NotFound where there is none."""
    found = (
        PlanVersion.objects.select_related("programme", "made_by__user")
        .filter(programme=programme, number=number)
        .first()
    )
    if found is None:
        raise NotFound(f"There is no version {number}.")
    return found


def known_names(programme: Programme) -> Known:
    """Return the names that a plan of the programme may use, and from when on it is to serve."""
    return Known(
        reasons=list(reason_names(programme)),
        segments=[one.key for one in segments_of(programme)],
        teams=[one.name for one in accounts.teams_of(programme)],
        tiers=[role.value for role in Role if Right.TAKE_CONTACTS in RIGHTS[role]],
        people=[one.agent_id for one in accounts.members_of(programme) if one.is_active],
        now=clock.now(),
    )
