"""Reads of the state ledger and of what is on file of reps, for whoever plays past days again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from rapport.accounts import queries as accounts
from rapport.routing.models import BUSY, Doing, Proficiency, StateSpan

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

LONGEST_STRETCH = timedelta(days=1)
BATCH = 5_000


def spans_between(programme: Programme, start: datetime, end: datetime) -> Iterator[tuple[str, str, float, float]]:
    """Yield the stretches in which reps were on the floor between the instants, in order for each rep.

    Each as agent id, state, and when it began and ended, in epoch seconds, cut at the instants.
    """
    found = StateSpan.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=start),
        programme=programme,
        doing__in=[Doing.AVAILABLE, *BUSY],
        started_at__gt=start - LONGEST_STRETCH,
        started_at__lt=end,
    ).order_by("member_id", "started_at", "pk")
    for agent, doing, begun, ended in found.values_list(
        "member__agent_id", "doing", "started_at", "ended_at"
    ).iterator(BATCH):
        yield agent, doing, max(begun, start).timestamp(), min(ended or end, end).timestamp()


def skills_on(programme: Programme, day: date) -> dict[str, dict[str, int]]:
    """Return what each person of the programme knows on that day, by agent id."""
    rows = Proficiency.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=day),
        Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        programme=programme,
    )
    skills: dict[str, dict[str, int]] = defaultdict(dict)
    for agent, skill, level in rows.order_by("member_id", "skill").values_list(
        "member__agent_id", "skill", "level"
    ):
        skills[agent][skill] = level
    return {one.agent_id: skills[one.agent_id] for one in accounts.members_of(programme)}
