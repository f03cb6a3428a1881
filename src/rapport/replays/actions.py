"""Writes of replays: asked for, run, called off."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from rapport.contacts.recorded import count_recorded
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.replays.events import ReplayAsked, ReplayEnded
from rapport.replays.models import OPEN, Replay, State
from rapport.replays.recorded import bounds, segment_starts
from rapport.routing.ledger import skills_on
from rapport.routing.plan.reading import read_plan
from rapport.routing.versions import known_names, text_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

EARLIEST = date(1970, 1, 1)  # before it there are instants that nothing can hold
MOST_DAYS = 92
MOST_PLANS = 4
MOST_OPEN = 3
MOST_RUNS_OF_CONTACTS = 10_000_000  # contacts times plans times runs; ten minutes or so of one processor
SEEDS = (5, 10, 20)
IN_FORCE = "In force"


@dataclass(frozen=True, slots=True)
class Tried:
    """A plan to hold against the one in force: what it is called, and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a replay that begins is to do."""

    pk: int
    programme: Programme
    first_day: date
    last_day: date
    plans: list[dict[str, str]]
    seeds: int


@transaction.atomic
def ask(
    *, programme: Programme, first: date, last: date, plans: Sequence[Tried], seeds: int, by: Member, actor: str
) -> tuple[Replay, bool]:
    """Have the days played again by the plan in force and these; return the replay, and whether it is a new one.

    One that was asked for before with the very same contacts, plans and skills is returned as it is. Plans with
    faults raise PlanInvalid; days and sizes out of bounds Invalid; too many open ones Conflict.
    """
    _check(programme, first, last, plans, seeds)
    take_turns(Turn.REPLAYS, programme.pk)
    contacts = count_recorded(programme, *bounds(programme, first, last))
    every = [Tried(IN_FORCE, text_in_force(programme)), *plans]
    if not contacts:
        raise Invalid("No contact came in on these days. Choose others.")
    if contacts * len(every) * seeds > MOST_RUNS_OF_CONTACTS:
        raise Invalid(
            f"{contacts:,} contacts by {len(every)} plans {seeds} times is too much. "
            "Choose fewer days, plans or runs."
        )
    fingerprint = _fingerprint(programme, first, last, every, seeds, contacts)
    mine = Replay.objects.filter(programme=programme)
    known = mine.filter(fingerprint=fingerprint, state__in=[*OPEN, State.DONE]).first()
    if known is not None:
        return known, False
    if mine.filter(state__in=OPEN).count() >= MOST_OPEN:
        raise Conflict(f"{MOST_OPEN} replays wait or run already. Let one end, or call it off.")
    replay = Replay.objects.create(
        programme=programme,
        asked_by=by,
        asked_at=clock.now(),
        first_day=first,
        last_day=last,
        contacts=contacts,
        plans=[{"name": one.name, "text": one.text} for one in every],
        seeds=seeds,
        fingerprint=fingerprint,
    )
    asked = ReplayAsked(
        first_day=first.isoformat(), last_day=last.isoformat(), contacts=contacts, plans=len(every)
    )
    announce(asked, programme=programme, subject=replay.public_id, actor=actor, audience=[])
    return replay, True


def _check(programme: Programme, first: date, last: date, plans: Sequence[Tried], seeds: int) -> None:
    yesterday = clock.now().astimezone(programme.zone).date() - timedelta(days=1)
    if not EARLIEST <= first <= last <= yesterday:
        raise Invalid("Choose past days, yesterday at the latest, the first before the last.")
    if (last - first).days >= MOST_DAYS:
        raise Invalid(f"Choose {MOST_DAYS} days at most.")
    if not 1 <= len(plans) <= MOST_PLANS:
        raise Invalid(f"Choose a plan to hold against the one in force, {MOST_PLANS} at most.")
    if len({IN_FORCE, *(one.name for one in plans)}) <= len(plans):
        raise Invalid("Give each plan a name of its own.")
    if seeds not in SEEDS:
        raise Invalid(f"Choose {', '.join(map(str, SEEDS[:-1]))} or {SEEDS[-1]} runs.")
    names = known_names(programme)
    for one in plans:
        read_plan(one.text, names)


def begin(programme: Programme, public_id: UUID) -> Told | None:
    """Take a replay on, or on again; None where it is over."""
    replay = Replay.objects.select_for_update().get(programme=programme, public_id=public_id)
    if not replay.is_open:
        return None
    replay.state, replay.started_at, replay.runs_done = State.RUNNING, clock.now(), 0
    replay.save(update_fields=["state", "started_at", "runs_done"])
    return Told(replay.pk, programme, replay.first_day, replay.last_day, replay.plans, replay.seeds)


def note_progress(pk: int, *, runs: int) -> bool:
    """Put down how many runs are done; says whether it is still wanted."""
    return bool(Replay.objects.filter(pk=pk, state=State.RUNNING).update(runs_done=runs))


def finish(pk: int, *, result: dict[str, Any]) -> None:
    """Keep what came of a replay, unless it was called off meanwhile."""
    _end(pk, State.DONE, result=result)


def fail(pk: int, *, words: str) -> None:
    """Keep why a replay could not be run."""
    _end(pk, State.FAILED, fault=words[:500])


@transaction.atomic
def call_off(replay: Replay, *, actor: str) -> None:
    """End a replay that waits or runs; Conflict where it is over."""
    if not _end(replay.pk, State.CALLED_OFF, actor=actor):
        raise Conflict("This replay is over already.")


def _end(pk: int, state: State, *, actor: str = "replays", **more: Any) -> bool:
    replay = Replay.objects.select_for_update(of=("self",)).select_related("programme").get(pk=pk)
    if not replay.is_open:
        return False
    Replay.objects.filter(pk=pk).update(state=state, ended_at=clock.now(), **more)
    ended = ReplayEnded(state=state.value)
    announce(ended, programme=replay.programme, subject=replay.public_id, actor=actor, audience=[])
    return True


def _fingerprint(
    programme: Programme, first: date, last: date, plans: Sequence[Tried], seeds: int, contacts: int
) -> str:
    """Return what tells two replays apart: nobody needs the same one twice."""
    told = [
        first.isoformat(),
        last.isoformat(),
        [one.text for one in plans],
        seeds,
        contacts,
        programme.answer_within_seconds,
        skills_on(programme, last),
        segment_starts(programme),
    ]
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
