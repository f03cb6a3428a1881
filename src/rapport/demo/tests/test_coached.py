"""What is planted in the demonstration's one-to-ones is what the estimator of coaching finds, and nothing else."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rapport.coaching.effects import estimated
from rapport.coaching.models import Effect
from rapport.coaching.panel import WEEKS, Held, made_of
from rapport.demo import coached
from rapport.demo.coached import Plan
from rapport.demo.judged import Judge
from rapport.demo.monitored import FILE
from rapport.demo.people import COACHES, REPS
from rapport.quality.definition import scorecard_kept

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 30, 12, tzinfo=ZONE)
MONDAY = date(2026, 3, 30)
DRAWN = (3, 4, 4, 5)  # contacts of a rep and week: as many as the months before the simulated one have


def means(plan: Plan, judge: Judge) -> Iterator[tuple[str, int, date, float]]:
    """Yield what the panel is made of, as if somebody had scored what was drawn."""
    chance = Random("drawn")
    for rep in range(REPS):
        for week in (MONDAY - timedelta(weeks=back) for back in range(coached.WEEKS, 0, -1)):
            points = defaultdict(list)
            for _ in range(chance.choice(DRAWN)):
                at = datetime.combine(week + timedelta(days=chance.randrange(5)), coached.SLOTS[0], ZONE)
                judged = judge.judge(rep, "cancel", {}, gains=plan.gains(rep, at), lean=chance.gauss(0, 0.15))
                for key, worth in judged.outcome.points.items():
                    if worth is not None:
                        points[key].append(float(worth))
            yield from ((f"form/{key}", rep, week, sum(told) / len(told)) for key, told in points.items())


def held(plan: Plan) -> Iterator[Held]:
    for one in sorted((each for each in plan.meetings if each.started_at), key=lambda each: each.planned_for):
        keys = tuple(f"form/{agreed.question}" for agreed in one.agreed)
        yield Held(one.rep, REPS + plan.setting.coaches.index(one.coach), one.method, one.week, 0.5, keys)


def found(monkeypatch: pytest.MonkeyPatch, gain: float) -> list[Effect]:
    """Return what the estimator says of the full demonstration's floor."""
    monkeypatch.setattr(coached, "GAIN", gain)
    setting: Any = SimpleNamespace(
        programme=SimpleNamespace(zone=ZONE), reps=range(REPS), coaches=[object() for _ in range(COACHES)]
    )
    chance = Random("judge")
    judge = Judge(scorecard_kept(FILE.read_text()), [chance.gauss(0, 1) for _ in range(REPS)], chance)
    plan = coached.plan(setting, judge, now=NOW, seed=20)
    since = MONDAY - timedelta(weeks=WEEKS)
    return [Effect(**row) for row in estimated(made_of(means(plan, judge), held(plan), since, MONDAY))]


def of_all(rows: list[Effect]) -> dict[str, Effect]:
    """Return each criterion's effect on all who were coached."""
    told = [one for one in rows if not one.method and one.coach_id is None and one.rep_id is None]
    return {one.measure.removeprefix("form/"): one for one in told}


def test_some_criteria_are_found_better_and_where_coaching_does_nothing_so_is_it_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = found(monkeypatch, coached.GAIN)
    whole = of_all(rows)
    better = {key for key, one in whole.items() if one.is_found}
    assert {"listening", "plain_words"} <= better and "greeting" not in better
    assert all(one.is_told for one in whole.values()) and all((whole[key].low or 0) > 0 for key in better)
    parts = {(one.measure.removeprefix("form/"), one.method): one for one in rows if one.method}
    assert any(parts[key, "contact"].is_found for key in better)
    assert not any(parts[key, "talk"].is_found for key in whole)
    own = {one.rep_id for one in rows if one.rep_id is not None}
    assert len(own) > REPS / 2  # long enough before and after that half of them are told of their own change


def test_where_nothing_is_planted_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any(one.is_found for one in of_all(found(monkeypatch, 0.0)).values())
