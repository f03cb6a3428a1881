"""Writes of what a programme says of leaving: its reasons, and its fair-save rules, agreed to by two people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q

from rapport.events.actions import Happening, announce
from rapport.guides.connectors.queries import named
from rapport.kit import clock
from rapport.kit.documents import note_of, plain_text
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.offers import events
from rapport.offers.leaving.rules import read_rules
from rapport.offers.models import FairSaveRules, LeavingReason, SaveAttempt

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

MOST_REASONS = 200


@transaction.atomic
def save_rules(
    *, programme: Programme, text: str, note: str = "", by: Member | None = None, actor: str = "command"
) -> FairSaveRules:
    """Put fair-save rules on file as a draft; the newest one's text again is that version."""
    text, note = plain_text(text), note_of(note)
    rules = read_rules(text)
    if rules.cancel_by and named(programme, rules.cancel_by) is None:
        raise Invalid(f"There is no transaction {rules.cancel_by!r} among the connectors.")
    take_turns(Turn.FAIR_SAVES, programme.pk)
    newest = FairSaveRules.objects.filter(programme=programme).order_by("-number").first()
    if newest is not None and newest.text == text:
        return newest
    last = newest.number if newest else 0
    made = FairSaveRules.objects.create(
        programme=programme, number=last + 1, text=text, note=note, made_by=by, made_at=clock.now()
    )
    _tell(programme, events.FairSaveRulesSaved(version=made.number), actor)
    return made


@transaction.atomic
def approve_rules(
    *, programme: Programme, number: int, by: Member | None, actor: str = "command"
) -> FairSaveRules:
    """Bring a draft that somebody else wrote into force; again changes nothing. Open wishes keep their version."""
    take_turns(Turn.FAIR_SAVES, programme.pk)
    rows = FairSaveRules.objects.filter(programme=programme)
    row = rows.filter(number=number).first()
    if row is None:
        raise Invalid(f"There is no version {number}.")
    if row.approved_at is not None:
        return row
    if by is not None and by.pk == row.made_by_id:
        raise Conflict("Somebody else has to approve it: you wrote this version.")
    before = rows.filter(approved_at__isnull=False).order_by("-approved_at", "-number").first()
    if before is not None and before.number > number:
        raise Conflict(f"Version {before.number} came into force meanwhile. Save yours anew to have it instead.")
    row.approved_by, row.approved_at = by, clock.now()
    row.save(update_fields=["approved_by", "approved_at"])
    replaces = before.number if before else None
    _tell(programme, events.FairSaveRulesApproved(version=number, replaces=replaces), actor)
    return row


@transaction.atomic
def install_rules(*, programme: Programme, text: str, actor: str = "command") -> FairSaveRules:
    """Put rules on file and in force at once: for whoever runs the machine, and what a programme begins with."""
    made = save_rules(programme=programme, text=text, actor=actor)
    return approve_rules(programme=programme, number=made.number, by=None, actor=actor)


@transaction.atomic
def add_reason(
    *, programme: Programme, name: str, parent: str = "", key: str = "", actor: str = "command"
) -> LeavingReason:
    """Add a reason for leaving, or what is behind one (``parent``: its key); the same again changes nothing."""
    name = _name(name)
    key = key or re.sub(r"[^a-z0-9]+", "-", name.lower())[:50].strip("-") or "reason"
    take_turns(Turn.FAIR_SAVES, programme.pk)
    rows = LeavingReason.objects.filter(programme=programme)
    above = rows.filter(key=parent).first() if parent else None
    if parent and (above is None or above.parent_id is not None):
        raise Invalid("Choose a reason of the first level for it to stand behind.")
    known = rows.filter(Q(key=key) | Q(name=name, parent=above)).first()
    if known is not None:
        if known.name == name and known.parent == above and known.retired_at is None:
            return known
        raise Conflict(f"There is a reason {key!r} already. Give this one another name, or bring that one back.")
    if rows.count() >= MOST_REASONS:
        raise Conflict(f"There are {MOST_REASONS} reasons already: nobody finds one in more. Retire some first.")
    last = rows.filter(parent=above).aggregate(last=Max("position"))["last"] or 0
    made = LeavingReason.objects.create(
        programme=programme, key=key, name=name, parent=above, position=min(last + 1, 30_000)
    )
    _tell(programme, events.LeavingReasonChanged(reason=key, change="added"), actor)
    return made


@transaction.atomic
def rename_reason(*, programme: Programme, key: str, name: str, actor: str = "command") -> LeavingReason:
    """Call a reason otherwise; what was recorded under its key stays so."""
    row, name = _reason(programme, key), _name(name)
    if row.name != name:
        row.name = name
        row.save(update_fields=["name"])
        _tell(programme, events.LeavingReasonChanged(reason=key, change="renamed"), actor)
    return row


@transaction.atomic
def retire_reason(
    *, programme: Programme, key: str, is_retired: bool = True, actor: str = "command"
) -> LeavingReason | None:
    """Take a reason, with those behind it, from the list or bring it back; one never used goes for good (None)."""
    row = _reason(programme, key)
    family = LeavingReason.objects.filter(Q(pk=row.pk) | Q(parent=row), programme=programme)
    is_used = SaveAttempt.objects.filter(programme=programme, reason__in=family).exists()
    change = "retired" if is_retired else "brought_back"
    if is_retired and not is_used:
        family.filter(parent=row).delete()
        row.delete()
        change = "deleted"
    elif is_retired:
        family.filter(retired_at__isnull=True).update(retired_at=clock.now())
    else:
        above = [pk for pk in (row.pk, row.parent_id) if pk is not None]
        LeavingReason.objects.filter(pk__in=above).update(retired_at=None)
    _tell(programme, events.LeavingReasonChanged(reason=key, change=change), actor)
    return None if change == "deleted" else row


def _reason(programme: Programme, key: str) -> LeavingReason:
    take_turns(Turn.FAIR_SAVES, programme.pk)
    row = LeavingReason.objects.filter(programme=programme, key=key).first()
    if row is None:
        raise Invalid("There is no such reason any more. Look at the list again.")
    return row


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 100 or not name.isprintable():
        raise Invalid("Give it a name of up to 100 characters.")
    return name


def _tell(programme: Programme, happening: Happening, actor: str) -> None:
    announce(happening, programme=programme, subject=programme.public_id, actor=actor)
