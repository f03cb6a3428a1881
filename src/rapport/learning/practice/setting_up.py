"""Setting up what people practise with: copies of what their programme says, by the modules' own actions.

Read inside the wall of the real programme, written inside the other. Nothing of a customer is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.accounts import practising
from rapport.accounts.actions import ensure_member, lock_programme
from rapport.accounts.roles import Role
from rapport.contacts import actions as contacts
from rapport.contacts.queries import dispositions_of, reason_by_key, reason_names, reasons_of
from rapport.customers.actions import ensure_segment
from rapport.customers.queries import segments_of
from rapport.events.actions import announce
from rapport.guides import publishing as guides
from rapport.guides.definition.reading import read_guide
from rapport.guides.definition.writing import write_guide
from rapport.guides.library import actions as library
from rapport.guides.library.access import access_entry
from rapport.guides.library.queries import library_of, live_versions
from rapport.guides.versions import versions_in_force
from rapport.kit import toml
from rapport.kit.walls import inside
from rapport.learning.practice.events import PracticeSetUp
from rapport.quality import scorecards
from rapport.quality.access import access_scorecard
from rapport.quality.queries import scorecards_of
from rapport.routing import publishing as plans
from rapport.routing.queries import skill_keys
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rapport.accounts.models import Member, Programme
    from rapport.guides.library.content import Library

KEEPER = "practice-set-up"  # approves copies of what two people approved; nobody can sign in as it
FROM = "A copy of what is live in the programme that practises here"


@dataclass(frozen=True, slots=True)
class Copied:
    """What the real programme says, as it is copied."""

    reasons: Mapping[str, tuple[str, bool]]
    dispositions: Sequence[tuple[str, str, str, int]]
    segments: Mapping[str, str]
    plan: str
    library: Library
    guides: Mapping[str, str]
    scorecards: Mapping[str, str]


@transaction.atomic
def set_up(*, programme: Programme, actor: str) -> Programme:
    """Make or renew where the programme's people practise; return it. What is the same already stays."""
    practice = practising.ensure_practice(programme=programme)
    copied = _read(programme)
    lock_programme(practice.pk)
    with inside(practice.pk):
        keeper = ensure_member(
            programme=practice, agent_id=KEEPER, name="Set-up of practice", role=Role.SUPERVISOR
        )
        _write_names(practice, copied, actor)
        _write_library(practice, copied.library, keeper, actor)
        for key, text in copied.guides.items():
            guides.install(programme=practice, text=text, key=key, note=FROM, actor=actor)
        for one in versions_in_force(practice):
            if one.guide.key not in copied.guides:
                guides.retire(programme=practice, key=one.guide.key, actor=actor)
        _withdraw(practice, copied.library, actor)
        _write_scorecards(practice, copied.scorecards, keeper, actor)
        told = PracticeSetUp(
            guides=len(copied.guides),
            entries=sum(1 for _ in copied.library.entries()),
            scorecards=len(copied.scorecards),
        )
        announce(told, programme=practice, subject=practice.public_id, actor=actor)
    return practice


def _read(programme: Programme) -> Copied:
    offered = {one.key for one in reasons_of(programme)}
    return Copied(
        reasons={key: (name, key in offered) for key, name in reason_names(programme).items()},
        dispositions=[
            (one.key, one.name, one.reason.key if one.reason else "", one.position)
            for one in dispositions_of(programme)
        ],
        segments={one.key: one.name for one in segments_of(programme)},
        plan=_plan(programme),
        library=_without_owners(library_of(programme)),
        guides={one.guide.key: _by_hand(one.text) for one in versions_in_force(programme)},
        scorecards={one.row.key: one.live.text for one in scorecards_of(programme) if one.live},
    )


def _plan(programme: Programme) -> str:
    """Return the plan of routing, reduced: one queue, and anyone; the skills keep their names, for guides."""
    names = plan_in_force(programme).plan.skills
    skills = {key: names.get(key, key) for key in sorted(skill_keys(programme))}
    main = {"name": "Practice", "routes": [{"steps": [{"anyone": True}]}]}
    return toml.write({**({"skills": skills} if skills else {}), "queues": {"main": main}})


def _without_owners(told: Library) -> Library:
    parts = told.model_dump()
    for part in parts.values():
        for one in part.values():
            one["owner"] = ""
    return type(told).model_validate(parts)


def _by_hand(text: str) -> str:
    """Return a guide without its steps' ways to the partner's systems: reps who practise say what came of them."""
    guide = read_guide(text)
    if not any(step.connector for step in guide.steps):
        return text
    steps = [
        step.model_copy(update={"connector": "", "gives": [], "words": step.words or step.title})
        if step.connector
        else step
        for step in guide.steps
    ]
    return write_guide(guide.model_copy(update={"steps": steps}))


def _write_names(practice: Programme, copied: Copied, actor: str) -> None:
    for key, (name, is_offered) in copied.reasons.items():
        contacts.ensure_reason(programme=practice, key=key, name=name, is_offered=is_offered)
    for key, name, reason, position in copied.dispositions:
        of = reason_by_key(practice, reason) if reason else None
        contacts.ensure_disposition(programme=practice, key=key, name=name, reason=of, position=position)
    for key, name in copied.segments.items():
        ensure_segment(programme=practice, key=key, name=name)
    version = plans.save_draft(programme=practice, text=copied.plan, note=FROM, actor=actor)
    now = plan_in_force(practice).number
    plans.publish(programme=practice, number=version.number, instead_of=now, actor=actor)


def _write_library(practice: Programme, told: Library, keeper: Member, actor: str) -> None:
    library.save_library(programme=practice, library=told, note=FROM, actor=actor)
    live = dict(live_versions(practice).values_list("entry__key", "number"))
    for _, key, _ in told.entries():  # objections first, so that rebuttals find theirs
        entry = access_entry(practice, key)
        number = entry.versions.order_by("-number").values_list("number", flat=True)[0]
        if live.get(key) != number:
            library.submit(entry=entry, number=number, actor=actor)
            library.approve(entry=entry, number=number, by=keeper, actor=actor)
            library.publish(entry=entry, number=number, actor=actor)


def _withdraw(practice: Programme, told: Library, actor: str) -> None:
    """Withdraw what is live here and not there any more, answers before what they answer."""
    kept = {key for _, key, _ in told.entries()}
    gone = live_versions(practice).exclude(entry__key__in=kept).order_by("-entry__kind")
    for key in gone.values_list("entry__key", flat=True):
        library.withdraw(entry=access_entry(practice, key), actor=actor)


def _write_scorecards(practice: Programme, told: Mapping[str, str], keeper: Member, actor: str) -> None:
    newest = {}
    for one in scorecards_of(practice):
        newest[one.row.key] = one.newest
        if one.row.key not in told:
            scorecards.withdraw(row=one.row, actor=actor)
    for key, text in told.items():
        last = newest.get(key)
        made = scorecards.save_draft(
            programme=practice,
            key=key,
            text=text,
            instead_of=last.number if last else None,
            note=FROM,
            actor=actor,
        )
        if made.live_from is None:
            row = access_scorecard(practice, key)
            scorecards.submit(row=row, number=made.number, actor=actor)
            scorecards.approve(row=row, number=made.number, by=keeper, actor=actor)
            scorecards.publish(row=row, number=made.number, actor=actor)
