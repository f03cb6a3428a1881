"""Writes of scorecards: drafts, what a second person says to them, publishing, withdrawing, how they draw.

A programme's scorecards are changed one at a time: every write takes its turn first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from rapport.events.actions import Happening, announce
from rapport.kit import clock, versions
from rapport.kit.documents import note_of, plain_text
from rapport.kit.drawing import new_key
from rapport.kit.errors import Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.quality import events, queries
from rapport.quality.definition import read_scorecard
from rapport.quality.models import SamplingRule, Scorecard, ScorecardVersion

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

MOST_EACH = 50


@transaction.atomic
def save_draft(
    *,
    programme: Programme,
    key: str,
    text: str,
    instead_of: int | None,
    note: str = "",
    by: Member | None = None,
    actor: str,
) -> ScorecardVersion:
    """Put a draft on file. ``instead_of`` is the newest version that was seen; None: a new scorecard."""
    text, note = plain_text(text), note_of(note)
    card = read_scorecard(text)
    versions.require_key(key, "A scorecard")
    take_turns(Turn.SCORECARDS, programme.pk)
    made, is_new = versions.put_on_file(
        ScorecardVersion,
        programme=programme,
        key=key,
        called="a scorecard",
        instead_of=instead_of,
        told={"name": card.name, "text": text, "note": note},
        by=by,
    )
    if is_new:
        _tell(made.scorecard, events.ScorecardSaved(scorecard=key, version=made.number), actor)
    return made


@transaction.atomic
def submit(*, row: Scorecard, number: int, by: Member | None = None, actor: str) -> None:
    """Hand in the newest version, to be approved."""
    version = versions.in_turn(Turn.SCORECARDS, ScorecardVersion, row, number)
    if versions.hand_in(version, by=by):
        _tell(row, events.ScorecardSubmitted(scorecard=row.key, version=number), actor)


@transaction.atomic
def send_back(*, row: Scorecard, number: int, because: str, actor: str) -> None:
    """Make a version that was handed in a draft again, with what is to be put right."""
    versions.send_back(versions.in_turn(Turn.SCORECARDS, ScorecardVersion, row, number), because=because)
    _tell(row, events.ScorecardReturned(scorecard=row.key, version=number), actor)


@transaction.atomic
def approve(*, row: Scorecard, number: int, by: Member, actor: str) -> None:
    """Approve a version that was handed in, as somebody who neither wrote it nor handed it in."""
    if versions.approve(versions.in_turn(Turn.SCORECARDS, ScorecardVersion, row, number), by=by):
        _tell(row, events.ScorecardApproved(scorecard=row.key, version=number), actor)


@transaction.atomic
def publish(*, row: Scorecard, number: int, actor: str) -> ScorecardVersion:
    """Have an approved version live: what is begun from now on is scored by it."""
    version = versions.in_turn(Turn.SCORECARDS, ScorecardVersion, row, number)
    if not versions.go_live(version, row, queries.live_version(row)):
        return version
    _tell(row, events.ScorecardPublished(scorecard=row.key, version=number), actor)
    return version


@transaction.atomic
def withdraw(*, row: Scorecard, actor: str) -> None:
    """Score nothing by it any more; what is begun is finished."""
    take_turns(Turn.SCORECARDS, row.programme_id)
    if versions.withdraw(row):
        _tell(row, events.ScorecardWithdrawn(scorecard=row.key), actor)


@transaction.atomic
def set_rule(
    *, row: Scorecard, each: int, every: str, asks_self: bool, by: Member | None = None, actor: str
) -> SamplingRule:
    """Say how many contacts of each rep are drawn for the scorecard, and how often; 0: none."""
    if not 0 <= each <= MOST_EACH:
        raise Invalid(f"Draw 0 to {MOST_EACH} contacts of each rep.")
    if every not in ("week", "month"):
        raise Invalid("Contacts are drawn every week or every month.")
    take_turns(Turn.SAMPLING, row.programme_id)
    told = {"each": each, "every": every, "asks_self": asks_self}
    rule = SamplingRule.objects.filter(scorecard=row).first()
    if rule is not None and all(getattr(rule, name) == value for name, value in told.items()):
        return rule
    rule = rule or SamplingRule(programme=row.programme, scorecard=row, key=new_key())
    rule.each, rule.every, rule.asks_self = each, every, asks_self
    rule.changed_by, rule.changed_at = by, clock.now()
    rule.save()
    _tell(row, events.SampleRuleChanged(scorecard=row.key, each=each, every=every, asks_self=asks_self), actor)
    return rule


def _tell(row: Scorecard, happening: Happening, actor: str) -> None:
    announce(happening, programme=row.programme, subject=row.public_id, actor=actor)
