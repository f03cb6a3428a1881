"""The monthly refresher: drafted of what changed in a month and what it showed, for people to complete."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.contacts.queries import reasons_between
from rapport.events.actions import announce
from rapport.guides.library import queries as library
from rapport.guides.library.content import Article, Rebuttal
from rapport.guides.queries import published_between
from rapport.kit.errors import Conflict
from rapport.kit.filters import number
from rapport.kit.turns import Turn, take_turns
from rapport.kit.versions import newest_versions
from rapport.learning import courses, events, queries
from rapport.learning.models import Course, CourseVersion
from rapport.learning.refresher import Part, Pool, month_before, written
from rapport.quality.figures import figures_of
from rapport.quality.queries import scorecards_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.guides.library.queries import Live

FIRST_DAYS = 7
LOWEST = 3
MOST_FREQUENT = 5
FEWEST = 20
"""Below so many contacts nothing is said of how frequent something is."""


def draft_due(*, programme: Programme) -> CourseVersion | None:
    """Draft the refresher of the month before, in a month's first week; None where nothing is due."""
    today = queries.today_of(programme)
    return draft(programme=programme, month=month_before(today)) if today.day <= FIRST_DAYS else None


@transaction.atomic
def draft(*, programme: Programme, month: date) -> CourseVersion | None:
    """Draft the refresher of a month; None where there is one already, or there is nothing to tell or ask."""
    take_turns(Turn.COURSES, programme.pk)
    key = f"refresher-{month:%Y-%m}"
    if Course.objects.filter(programme=programme, month=month).exists():
        return None
    parts = [one for one in _parts(programme, month) if one.told]
    questions = _pool(programme).next_for(month, str(programme.public_id))
    if not parts and not questions:
        return None
    text = written(f"Refresher {month:%B %Y}", parts, questions)
    try:
        made = courses.save_draft(
            programme=programme, key=key, text=text, instead_of=None, note="Made of what changed", month=month,
            actor="system",
        )  # fmt: skip
    except Conflict:  # somebody has given a course of theirs this key
        return None
    told = events.RefresherDrafted(
        course=key, month=month.isoformat(), lessons=len(parts) + bool(questions), questions=len(questions)
    )
    announce(told, programme=programme, subject=made.course.public_id, actor="system")
    return made


def _parts(programme: Programme, month: date) -> list[Part]:
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    start, end = (datetime(day.year, day.month, day.day, tzinfo=programme.zone) for day in (month, following))
    new = library.new_between(programme, start, end)
    news = [one for one in new if isinstance(one.entry, Article) and one.entry.news]
    rest = [one for one in new if one not in news]
    return [
        Part(
            "guides", "What changed in guides", "These guides have a new version.", _guides(programme, start, end)
        ),
        Part("library", "New in the library", "New, or written anew.", [_entry(one) for one in rest]),
        Part("news", "News", "Of products, and of the partner.", [_entry(one) for one in news]),
        Part("asked", "What customers came with", "The most frequent of the month.", _met(programme, start, end)),
        Part(
            "found",
            "What evaluations found",
            "The questions with the lowest means, of contacts drawn at random.",
            _lowest(programme, month, following),
        ),
    ]


def _guides(programme: Programme, start: datetime, end: datetime) -> list[str]:
    newest = {one.guide_id: one for one in published_between(programme, start, end)}
    return [
        f"{one.guide.name}, version {one.number}{': ' + one.note if one.note else ''}" for one in newest.values()
    ]


def _entry(one: Live) -> str:
    words = one.entry.text if isinstance(one.entry, Rebuttal | Article) else ""
    return f"{one.entry.heading}\n{words}".strip()


def _met(programme: Programme, start: datetime, end: datetime) -> list[str]:
    reasons = reasons_between(programme, start, end)
    total = sum(n for _, n in reasons)
    told = [
        f"{name}: {round(100 * n / total)} % of {number(total)} contacts" for name, n in reasons if n >= FEWEST
    ]
    names = {one.key: one.entry.heading for one in library.live_of(programme, "objection")}
    met = library.objections_met(programme, start, end)
    said = [
        f"“{names[key]}”, answered from the library on {n} contacts"
        for key, n in met
        if n >= FEWEST and key in names
    ]
    return told[:MOST_FREQUENT] + said[:MOST_FREQUENT]


def _lowest(programme: Programme, since: date, until: date) -> list[str]:
    found = []
    for one in scorecards_of(programme):
        if one.live is None:
            continue
        figures = figures_of(one.row, programme, since, until, None)
        means = [each for _, section in figures.criteria for each in section]
        found += [(each.share, each) for each in means if each.share is not None and not each.is_few]
    lowest = sorted(found, key=lambda one: (one[0], one[1].name))[:LOWEST]
    return [
        f"{one.name} {round(100 * share)} % of {number(one.n)} contacts"
        + (
            f", between {round(100 * one.low)} % and {round(100 * one.high)} %"
            if one.low is not None and one.high is not None
            else ""
        )
        for share, one in lowest
        if share < 1
    ]


def _pool(programme: Programme) -> Pool:
    """Return the questions that may come again: of live courses, and of the refreshers before."""
    pool = Pool()
    for one in queries.live_courses(programme).values():
        pool.add((each for lesson in queries.says(one).lessons for each in lesson.questions), one.course.month)
    for one in newest_versions(CourseVersion, programme).filter(course__month__isnull=False):
        pool.add((each for lesson in queries.says(one).lessons for each in lesson.questions), one.course.month)
    return pool
