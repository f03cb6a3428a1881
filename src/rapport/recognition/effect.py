"""What a tip changed: the days of reps who had read it, against those of reps who had not yet, or never did.

The unit is a rep's day. Who was off when a tip was told, and read only later letters, is the comparison: the
roster decides that, not the tip. The estimate and its interval are :mod:`rapport.numeric.staggered`'s. It is
counted once, when the whole week after is over, with one measure that was fixed before; nobody looks again until
it fits.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from django.db.models import Min

from rapport.events.actions import announce
from rapport.insight.queries import metrics
from rapport.insight.registry import metric
from rapport.kit import clock
from rapport.numeric.staggered import Effect, staggered_effect
from rapport.recognition import events
from rapport.recognition.models import RallySeen, Tip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rapport.accounts.models import Programme

BEFORE, AFTER = 28, 7
"""So many days before reading are held against so many from reading on."""
WEEK = timedelta(days=AFTER)


def count_due(*, programme: Programme) -> int:
    """Count what each tip changed whose week is over, once each; return how many were counted."""
    today = clock.now().astimezone(programme.zone).date()
    due = Tip.objects.filter(programme=programme, counted_at__isnull=True, told_on__lt=today - WEEK)
    return sum(_count(programme, key) for key in due.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _count(programme: Programme, key: int) -> bool:
    tip = Tip.objects.select_for_update().get(pk=key)
    if tip.counted_at is not None or tip.told_on is None:
        return False
    found = of_reading(programme, tip.measure, tip.told_on, first_read(tip))
    tip.counted_at = clock.now()
    tip.readers, tip.others = found.treated, found.controls
    if not np.isnan(found.overall.value):
        tip.change, tip.change_low, tip.change_high = found.overall.value, found.overall.low, found.overall.high
        tip.is_unsure = found.ahead.is_found
    tip.save()
    happening = events.TipCounted(
        tip=str(tip.public_id), readers=found.treated, others=found.controls, says=says(tip)
    )
    announce(happening, programme=programme, subject=programme.public_id, actor="system")
    return True


def first_read(tip: Tip) -> dict[str, date]:
    """Return by agent id the local day on which each first read letters that told the tip."""
    rows = RallySeen.objects.filter(note__told=tip).values("member__agent_id").annotate(first=Min("seen_at"))
    zone = tip.programme.zone
    return {agent: first.astimezone(zone).date() for agent, first in rows.values_list("member__agent_id", "first")}


def of_reading(programme: Programme, measure: str, told_on: date, read: dict[str, date]) -> Effect:
    """Return what reading changed in a measure, over the week from reading on, by rep and day."""
    since, until = told_on - 2 * timedelta(days=BEFORE), told_on + WEEK
    rows = metrics(programme, (measure,), since, until - timedelta(days=1), by=("rep", "day"))
    known = [row for row in rows if row.group["rep"] is not None and row[measure].value is not None]
    reps = sorted({str(row.group["rep"]) for row in known})
    place = {rep: at for at, rep in enumerate(reps)}
    outcome: NDArray[np.float64] = np.full((len(reps), (until - since).days), np.nan)
    for row in known:
        day = row.group["day"]
        assert isinstance(day, date)
        outcome[place[str(row.group["rep"])], (day - since).days] = row[measure].value
    first = np.array([(read[rep] - since).days if rep in read else -1 for rep in reps], dtype=np.int64)
    return staggered_effect(outcome, first, before=BEFORE, after=AFTER)


def says(tip: Tip) -> str:
    """Say what became of a tip: ``better``, ``worse``, ``none`` found, ``unsure`` or ``few``; empty before."""
    if tip.counted_at is None:
        return ""
    if tip.change is None or tip.change_low is None or tip.change_high is None:
        return "few"
    if tip.change_low <= 0 <= tip.change_high:
        return "none"
    if tip.is_unsure:
        return "unsure"
    return "better" if (tip.change > 0) == (metric(tip.measure).better == "up") else "worse"


def week_over(tip: Tip) -> datetime | None:
    """Return when what became of the tip can be counted; None before it was told."""
    if tip.told_on is None:
        return None
    last = tip.told_on + WEEK + timedelta(days=1)
    return datetime(last.year, last.month, last.day, tzinfo=tip.programme.zone)
