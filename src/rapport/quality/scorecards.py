"""Writes of scorecards: drafts, what a second person says to them, publishing, withdrawing, how they draw.

A programme's scorecards are changed one at a time: every write takes its turn first.
"""

from __future__ import annotations

import re
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

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
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
    if not KEY.fullmatch(key):
        raise Invalid("A scorecard's key has up to 40 small letters, digits, - and _.")
    take_turns(Turn.SCORECARDS, programme.pk)
    row = Scorecard.objects.filter(programme=programme, key=key).first()
    last = row.versions.order_by("-number").first() if row else None
    versions.require_seen(last, instead_of, key, "a scorecard")
    if last is not None and last.text == text:
        return last
    kept = row or Scorecard.objects.create(programme=programme, key=key, made_at=clock.now())
    made = ScorecardVersion.objects.create(
        programme=programme,
        scorecard=kept,
        number=last.number + 1 if last else 1,
        name=card.name,
        text=text,
        note=note,
        made_by=by,
        made_at=clock.now(),
    )
    _tell(kept, events.ScorecardSaved(scorecard=key, version=made.number), actor)
    return made


@transaction.atomic
def submit(*, row: Scorecard, number: int, by: Member | None = None, actor: str) -> None:
    """Hand in the newest version, to be approved."""
    version = _turn(row, number)
    if versions.hand_in(version, by=by):
        _tell(row, events.ScorecardSubmitted(scorecard=row.key, version=number), actor)


@transaction.atomic
def send_back(*, row: Scorecard, number: int, because: str, actor: str) -> None:
    """Make a version that was handed in a draft again, with what is to be put right."""
    versions.send_back(_turn(row, number), because=because)
    _tell(row, events.ScorecardReturned(scorecard=row.key, version=number), actor)


@transaction.atomic
def approve(*, row: Scorecard, number: int, by: Member, actor: str) -> None:
    """Approve a version that was handed in, as somebody who neither wrote it nor handed it in."""
    if versions.approve(_turn(row, number), by=by):
        _tell(row, events.ScorecardApproved(scorecard=row.key, version=number), actor)


@transaction.atomic
def publish(*, row: Scorecard, number: int, actor: str) -> ScorecardVersion:
    """Have an approved version live: what is begun from now on is scored by it."""
    version = _turn(row, number)
    versions.require_publishable(version)
    live = queries.live_version(row)
    if live is not None and live.pk == version.pk:
        return version
    version.live_from = clock.now()
    version.save(update_fields=["live_from"])
    if row.withdrawn_at is not None:
        row.withdrawn_at = None
        row.save(update_fields=["withdrawn_at"])
    _tell(row, events.ScorecardPublished(scorecard=row.key, version=number), actor)
    return version


@transaction.atomic
def withdraw(*, row: Scorecard, actor: str) -> None:
    """Score nothing by it any more; what is begun is finished."""
    take_turns(Turn.SCORECARDS, row.programme_id)
    row.refresh_from_db()
    if row.withdrawn_at is None:
        row.withdrawn_at = clock.now()
        row.save(update_fields=["withdrawn_at"])
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


def _turn(row: Scorecard, number: int) -> ScorecardVersion:
    """Take the turn, then return the version as it is now."""
    take_turns(Turn.SCORECARDS, row.programme_id)
    row.refresh_from_db()
    return versions.numbered(row.versions.all(), number)


def _tell(row: Scorecard, happening: Happening, actor: str) -> None:
    announce(happening, programme=row.programme, subject=row.public_id, actor=actor)
