"""What promises of a programme are about, and what a kind stands for where nobody says otherwise."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Value
from django.db.models.functions import Lower

from rapport.customers.events import PromiseKindChanged
from rapport.customers.promises.due import today_of
from rapport.customers.promises.keepers import PARTNER, Keeper
from rapport.customers.promises.models import CALL_BACK, OTHER, PromiseKind
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.turns import Turn, take_turns

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

STANDARD = (
    (CALL_BACK, "Call back", 1),
    ("refund", "Refund", 5),
    ("delivery", "Delivery", 5),
    ("price", "Price", 30),
    ("document", "Document", 5),
    (OTHER, "Something else", 1),
)
"""What a programme begins with, each with the days it takes; the reps who promise keep them."""
MOST = 50


def kinds_of(programme: Programme, *, with_retired: bool = False) -> list[PromiseKind]:
    """Return what a promise may be about, in the programme's order; the standard ones where none was changed."""
    rows = list(PromiseKind.objects.filter(programme=programme).order_by("position", "pk")) or _standard(programme)
    return [one for one in rows if with_retired or one.retired_at is None]


def kind_names(programme: Programme) -> dict[str, str]:
    """Return what each kind is called, retired ones included, in the programme's order."""
    return {one.key: one.name for one in kinds_of(programme, with_retired=True)}


def usable_kind(programme: Programme, key: str) -> PromiseKind:
    """Return the kind of a new promise; Invalid for one that is not on the list, or not any more."""
    found = next((one for one in kinds_of(programme) if one.key == key), None)
    if found is None:
        raise Invalid("Choose from the list what the promise is about.")
    return found


def usual_due(kind: PromiseKind) -> date | datetime:
    """Return when a promise of this kind, made now, is due: a day, or an instant where it is told in hours."""
    if kind.due_unit == PromiseKind.Unit.HOURS:
        return clock.now() + timedelta(hours=kind.due_in)
    return today_of(kind.programme) + timedelta(days=kind.due_in)


def usual_keeper(kind: PromiseKind, member: Member) -> Keeper:
    """Return who keeps a promise of this kind that the member makes; themself where they have no team."""
    if kind.kept_by == PromiseKind.KeptBy.PARTNER:
        return PARTNER
    if kind.kept_by == PromiseKind.KeptBy.TEAM and member.team is not None:
        return Keeper(team=member.team)
    return Keeper(member=member)


@transaction.atomic
def add_kind(
    *,
    programme: Programme,
    name: str,
    due_in: int,
    due_unit: str,
    kept_by: str,
    moves_forward: bool,
    actor: str = "command",
) -> PromiseKind:
    """Add a kind of promise under a key made of its name; the same name again is a conflict."""
    name = _name(name)
    made = PromiseKind(programme=programme, name=name)
    _set(made, due_in, due_unit, kept_by, moves_forward)
    _begin(programme)
    _require_new(made)
    rows = PromiseKind.objects.filter(programme=programme)
    keys = set(rows.values_list("key", flat=True))
    if len(keys) >= MOST:
        raise Conflict(f"There are {MOST} kinds already: nobody finds one in more.")
    made.key = _key(name, keys)
    made.position = (rows.aggregate(last=Max("position"))["last"] or 0) + 1
    made.save(force_insert=True)
    _tell(made, "added", actor)
    return made


@transaction.atomic
def change_kind(
    *,
    programme: Programme,
    key: str,
    name: str,
    due_in: int,
    due_unit: str,
    kept_by: str,
    moves_forward: bool,
    actor: str = "command",
) -> PromiseKind:
    """Call a kind otherwise, or change what it stands for in promises to come; those made stay as they are."""
    row = _locked(programme, key)
    before = _values(row)
    row.name = _name(name)
    _set(row, due_in, due_unit, kept_by, moves_forward)
    _require_new(row)
    if _values(row) != before:
        row.save()
        _tell(row, "changed", actor)
    return row


@transaction.atomic
def retire_kind(*, programme: Programme, key: str, is_retired: bool = True, actor: str = "command") -> PromiseKind:
    """Take a kind from the list, or bring it back; promises made under it keep its name."""
    row = _locked(programme, key)
    if row.key == OTHER and is_retired:
        raise Invalid("This one stays: it is what a promise is about where nothing else is said.")
    if (row.retired_at is not None) != is_retired:
        row.retired_at = clock.now() if is_retired else None
        row.save(update_fields=["retired_at"])
        _tell(row, "retired" if is_retired else "brought_back", actor)
    return row


def _standard(programme: Programme) -> list[PromiseKind]:
    return [
        PromiseKind(programme=programme, key=key, name=name, position=position, due_in=days)
        for position, (key, name, days) in enumerate(STANDARD, start=1)
    ]


def _begin(programme: Programme) -> None:
    """Take the turn of who changes kinds; have the programme keep the standard ones itself from then on."""
    take_turns(Turn.PROMISE_KINDS, programme.pk)
    if not PromiseKind.objects.filter(programme=programme).exists():
        PromiseKind.objects.bulk_create(_standard(programme))


def _locked(programme: Programme, key: str) -> PromiseKind:
    _begin(programme)
    row = PromiseKind.objects.select_related("programme").filter(programme=programme, key=key).first()
    if row is None:
        raise NotFound
    return row


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= 60 or not name.isprintable():
        raise Invalid("Give it a name of up to 60 characters.")
    return name


def _require_new(row: PromiseKind) -> None:
    others = PromiseKind.objects.filter(programme=row.programme).exclude(pk=row.pk)
    if others.annotate(called=Lower("name")).filter(called=Lower(Value(row.name))).exists():
        raise Conflict("There is a kind of this name already. Change that one, or bring it back.")


def _key(name: str, taken: set[str]) -> str:
    """Return a key made of the name; names whose letters make none, or one that is taken, get a number."""
    key = re.sub(r"[^a-z0-9]+", "_", name.lower())[:16].strip("_") or "kind"
    return next(one for one in (key, *(f"{key}_{number}" for number in range(2, MOST + 2))) if one not in taken)


def _set(row: PromiseKind, due_in: int, due_unit: str, kept_by: str, moves_forward: bool) -> None:
    if not 1 <= due_in <= 365:
        raise Invalid("It is due in 1 to 365 days or hours.")
    if due_unit not in PromiseKind.Unit.values or kept_by not in PromiseKind.KeptBy.values:
        raise Invalid("Choose from the lists what it is counted in, and who keeps it.")
    row.due_in, row.due_unit, row.kept_by, row.moves_forward = due_in, due_unit, kept_by, moves_forward


def _values(row: PromiseKind) -> tuple[object, ...]:
    return row.name, row.due_in, row.due_unit, row.kept_by, row.moves_forward


def _tell(row: PromiseKind, change: str, actor: str) -> None:
    announce(
        PromiseKindChanged(kind=row.key, change=change),
        programme=row.programme,
        subject=row.programme.public_id,
        actor=actor,
    )
