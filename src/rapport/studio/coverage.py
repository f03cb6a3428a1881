"""The page of coverage: how guides are gone through, where contacts leave them, and which steps nobody uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.queries import members_of
from rapport.accounts.roles import Right
from rapport.guides import versions
from rapport.guides.versions import read_version
from rapport.insight.coverage import THROUGH, Asked, Covered, StepCounts, by_rep, by_step, by_version
from rapport.kit import clock, pages

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.guides.definition.rules import Guide as GuideRules
    from rapport.guides.models import Guide

looking = staff_page(Right.WRITE_GUIDES, Right.APPROVE_GUIDES)
PERIODS = ((7, "7 days"), (28, "28 days"), (90, "90 days"))
USUAL = 28


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the guide with what came of it; ``is_gone``: only former versions have it."""

    key: str
    title: str
    kind: str
    counts: StepCounts
    is_gone: bool = False

    @property
    def is_unused(self) -> bool:
        """Whether nobody came by it, nor was it required of anybody."""
        return not self.counts.contacts


@never_cache
@require_safe
@looking
def coverage(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the coverage of all guides, and of the one chosen by step and by rep."""
    programme, sent = member.programme, request.GET
    days = next((days for days, _ in PERIODS if str(days) == sent.get("days")), USUAL)
    guides = {one.guide.key: one.guide for one in versions.guides_of(programme)}
    sees_reps = member.may(Right.READ_REPORTS)
    guide = guides.get(sent.get("guide", ""))
    names = {one.agent_id: one.name for one in members_of(programme)} if sees_reps else {}
    asked = _asked(sent, days, guide, names)
    every = by_version(programme, Asked(asked.since, asked.until))
    context: dict[str, Any] = {
        "member": member,
        "programme": programme,
        "section": "guides",
        "tab_of_guides": "coverage",
        "asked": asked,
        "days": days,
        "periods": [(str(number), words) for number, words in PERIODS],
        "guides": [(key, one.name) for key, one in guides.items()],
        "every": [(guides[one.group[0]], one) for one in every if one.group[0] in guides],
        "guide": guide,
        "reps": [],
        "steps": [],
    }
    if guide is not None:
        shown = _read(guide, asked.version)
        counts = by_step(programme, asked)
        context |= {
            "numbers": [
                (str(one.group[1]), f"Version {one.group[1]}") for one in every if one.group[0] == guide.key
            ],
            "names": sorted(names.items(), key=lambda pair: pair[1].casefold()),
            "total": _total(
                [one for one in every if _is_asked(one, asked)] if not asked.rep else by_version(programme, asked)
            ),
            "steps": _steps(shown, counts),
            "through": counts.get(THROUGH, StepCounts(THROUGH)).left_here,
            "reps": _by_name(programme, asked, names),
        }
    return pages.render(request, "studio/guides/coverage.html", context)


def _asked(sent: QueryDict, days: int, guide: Guide | None, names: dict[str, str]) -> Asked:
    version, rep, now = sent.get("version", ""), sent.get("rep", ""), clock.now()
    if guide is None:
        return Asked(now - timedelta(days=days), now)
    return Asked(
        since=now - timedelta(days=days),
        until=now,
        guide=guide.key,
        version=int(version) if version.isdecimal() and len(version) < 10 else None,
        rep=rep if rep in names else "",
    )


def _read(guide: Guide, number: int | None) -> GuideRules:
    """Return what the guide says: the version asked for, else the one in force, else the newest."""
    if number is not None:
        return read_version(versions.version_by_number(guide, number))
    return read_version(versions.version_in_force(guide) or versions.versions_of(guide, limit=1)[0])


def _steps(guide: GuideRules, counts: dict[str, StepCounts]) -> list[StepRow]:
    """Return the steps in the order of the guide, then those that only former versions have."""
    shown = [
        StepRow(one.key, one.title, one.kind, counts.get(one.key, StepCounts(one.key)))
        for one in guide.steps
        if one.kind != "branch"
    ]
    gone = [key for key in counts if key not in guide.by_key and key != THROUGH]
    return shown + [StepRow(key, key, "", counts[key], is_gone=True) for key in sorted(gone)]


def _is_asked(one: Covered, asked: Asked) -> bool:
    return one.group[0] == asked.guide and asked.version in (None, one.group[1])


def _total(several: list[Covered]) -> Covered:
    return Covered(
        (),
        sum(one.contacts for one in several),
        sum(one.required for one in several),
        sum(one.covered for one in several),
        sum(one.with_open for one in several),
        sum(one.left for one in several),
    )


def _by_name(programme: Programme, asked: Asked, names: dict[str, str]) -> list[tuple[str, Covered]]:
    """Return the coverage by rep, by name; nothing where who looks may not see it by rep."""
    rows = by_rep(programme, asked) if names else []
    return sorted(
        ((names.get(one.group[0], one.group[0]), one) for one in rows), key=lambda row: row[0].casefold()
    )
