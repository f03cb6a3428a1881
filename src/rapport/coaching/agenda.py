"""The agenda of a one-to-one, which writes itself from what is on file since the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from rapport.coaching import hard
from rapport.coaching.models import AgreedAction, OneToOne
from rapport.coaching.queries import agreed_before, last_before
from rapport.contacts.access import may_read_of
from rapport.customers.promises.queries import is_overdue, kept_by
from rapport.feedback.queries import words_about
from rapport.insight import queries as insight
from rapport.insight.registry import metric
from rapport.insight.words import Change, change, is_small, written
from rapport.kit import clock
from rapport.quality.gaps import official_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.customers.promises.models import Promise
    from rapport.feedback.models import Survey
    from rapport.quality.models import Evaluation

METRICS = ("satisfaction", "resolution_by_customers", "touch_point_coverage", "quality_score")
CONTEXT = ("average_handle_time",)
"""Shown beside the others, never as something to be better at."""
LEAST, MOST_DAYS = timedelta(days=7), timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the rep's, beside the same stretch of days before."""

    key: str
    name: str
    now: str
    before: str
    contacts: int
    is_few: bool
    change: Change | None
    is_context: bool


@dataclass(frozen=True, slots=True)
class Agenda:
    """What there is to talk about, of the days from ``since`` to ``until``."""

    since: date
    until: date
    last: OneToOne | None
    figures: list[Line]
    hard: list[hard.Told]
    evaluations: list[Evaluation]
    words: list[Survey]
    actions: list[AgreedAction]
    promises: list[tuple[Promise, bool]]


def agenda_of(member: Member, row: OneToOne) -> Agenda:
    """Return a one-to-one's agenda as the member may see it; one that is over keeps to its own days.

    It tells of the time since the last one, of a week at least and four weeks at most.
    """
    programme, last = member.programme, last_before(row)
    until = (row.ended_at or clock.now()).astimezone(programme.zone).date()
    began = last.ended_at.astimezone(programme.zone).date() if last and last.ended_at else until - MOST_DAYS
    since = max(min(began, until - LEAST), until - MOST_DAYS)
    instant = datetime.combine(since, time(), programme.zone)
    ended = row.ended_at or clock.now()
    sees = may_read_of(member, row.rep)
    return Agenda(
        since,
        until,
        last,
        _figures(row.rep, since, until),
        [] if row.ended_at else hard.hard_for(row.rep),
        official_of(member, row.rep, instant, ended),
        words_about(row.rep, instant, ended) if sees else [],
        agreed_before(row),
        [] if row.ended_at or not sees else [(one, is_overdue(one)) for one in kept_by(row.rep, limit=20)],
    )


def _figures(rep: Member, since: date, until: date) -> list[Line]:
    """Return the rep's figures of the days, and of as many days before."""
    days = until - since
    stretches = ((since, until), (since - days - timedelta(days=1), since - timedelta(days=1)))
    keys = (*METRICS, *CONTEXT)
    now, before = (insight.metrics(rep.programme, keys, *days, rep=rep.agent_id)[0] for days in stretches)
    if not any(now[key].denominator for key in keys):
        return []
    told = []
    for key in keys:
        one, was = metric(key), before[key]
        told.append(
            Line(
                key,
                one.name,
                written(one, now[key]),
                written(one, was),
                int(now[key].denominator or 0),
                is_small(one, now[key]),
                None if key in CONTEXT else change(one, now[key], was),
                key in CONTEXT,
            )
        )
    return told
