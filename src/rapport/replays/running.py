"""Runs a replay. It reads once, computes outside the database, and says after each run how far it is."""

from __future__ import annotations

from dataclasses import asdict

from rapport.accounts.queries import programme_by_id
from rapport.events.queries import event_by_id
from rapport.kit.errors import DomainError
from rapport.kit.walls import inside
from rapport.replays import actions
from rapport.replays.recorded import Past, read_past
from rapport.routing.plan.reading import read_plan
from rapport.simulation.compare import Comparison, compare
from rapport.simulation.figures import Thresholds
from rapport.simulation.rules import PlanRule

BROKE = "It broke down, which is a fault of ours and in the worker's log. Ask for it again, or for fewer days."


class CalledOff(Exception):
    """Somebody called the replay off while it ran."""


def run(programme_id: int, event_id: int) -> None:
    """Run the replay that was asked for; again from the beginning where a worker died over it."""
    with inside(programme_id):
        told = actions.begin(programme_by_id(programme_id), event_by_id(event_id).subject)
    if told is None:
        return
    try:
        with inside(programme_id):
            past = read_past(told.programme, told.first_day, told.last_day)
        found = _compared(told, past)
    except CalledOff:
        return
    except DomainError as fault:
        with inside(programme_id):
            actions.fail(told.pk, words=str(fault))
        return
    except Exception:
        with inside(programme_id):
            actions.fail(told.pk, words=BROKE)
        raise
    with inside(programme_id):
        actions.finish(told.pk, result=asdict(found))


def _compared(told: actions.Told, past: Past) -> Comparison:
    def ran(runs: int) -> None:
        with inside(told.programme.pk):
            is_wanted = actions.note_progress(told.pk, runs=runs)
        if not is_wanted:
            raise CalledOff

    recording = past.recording()
    rules = [
        PlanRule(one["name"], recording.floor, read_plan(one["text"]), past.segment_starts) for one in told.plans
    ]
    thresholds = Thresholds(answered_within=float(told.programme.answer_within_seconds))
    return compare(recording, rules, seeds=range(told.seeds), thresholds=thresholds, ran=ran)
