"""What coaching changed on simulated floors: false alarms however supervisors choose; the database as the rows."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
import pytest
from scipy import stats

from rapport.accounts.models import Member
from rapport.coaching import effects
from rapport.coaching.models import AgreedAction, Effect, OneToOne
from rapport.coaching.panel import Panel, made_of, panels
from rapport.coaching.tests.floors import SINCE, UNTIL, WAYS, Floor, a_floor, name
from rapport.coaching.tests.stage import MONDAY
from rapport.coaching.tests.test_effects import KEYS, plain_plans, reps_of, scored
from rapport.conftest import World
from rapport.kit import clock
from rapport.numeric.staggered import staggered_effect
from rapport.quality.tests.cards import an_analyst

FLOORS = 12


def of_all(floor: Floor) -> list[Effect]:
    rows = [Effect(**row) for row in effects.estimated(floor.panels())]
    return [one for one in rows if not (one.method or one.coach_id or one.rep_id)]


def test_nothing_is_found_where_coaching_changes_nothing_whomever_supervisors_choose() -> None:
    """At most 5 of 100, over all ways of choosing together; ``benchmarks/coaching.py`` counts many more."""
    alarms = [
        any(one.is_found for one in of_all(a_floor(seed, way, teams=2, each=10, criteria=2)))
        for way in WAYS
        for seed in range(FLOORS)
    ]
    assert np.mean(alarms) <= 0.05


@pytest.mark.parametrize("way", ["month", "worst"])
def test_who_is_chosen_for_low_scores_is_told_what_coaching_added(way: str) -> None:
    told = [
        one
        for seed in range(8)
        for one in of_all(a_floor(seed, way, teams=4, each=10, criteria=2, effect=0.15))
        if one.value is not None
    ]
    assert len(told) == 16
    assert np.mean([one.value for one in told]) == pytest.approx(0.15, abs=0.04)
    assert np.mean([(one.low or 0) <= 0.15 <= (one.high or 0) for one in told]) >= 0.9


def test_ranges_are_as_wide_as_it_takes_for_all_that_is_told_to_hold_together() -> None:
    """5 of 100 are shared by the measures that are told, a measure's by its parts, a rep's by their measures."""
    made = a_floor(7, "lot", criteria=3).panels()
    by_role_play(made[name(1)], 2)
    made[name(2)].coached = dict(list(made[name(2)].coached.items())[:4])
    rows = list(effects.estimated(made))
    whole = [one for one in rows if not one.keys() & {"method", "coach_id", "rep_id"}]
    assert [one["value"] is not None for one in whole] == [True, True, False]
    assert {one["confidence"] for one in whole} == {1 - 0.05 / 2}
    for number in range(2):
        parts = [one for one in rows if one["measure"] == name(number) and one.keys() & {"method", "coach_id"}]
        told = [one for one in parts if one["value"] is not None]
        # two ways and three supervisors; role play, with two reps, is not told and widens nothing
        assert len(told) == 5 and len(parts) == 5 + number
        for one in told:
            assert one["confidence"] == pytest.approx(1 - 0.05 / 2 / 5)
            ends_are_right(one, made[name(number)])
    own = [one for one in rows if "rep_id" in one]
    for one in own:
        assert one["confidence"] == 1 - 0.05 / sum(other["rep_id"] == one["rep_id"] for other in own)
        panel = made[one["measure"]]
        assert one["controls"] == len(panel.reps) - len(panel.coached.keys() & set(panel.reps))
        assert one["hours"] == panel.coached[one["rep_id"]].hours
    assert {one["confidence"] for one in own} >= {0.95, 0.975}


def by_role_play(panel: Panel, number: int) -> None:
    few = list(panel.coached.items())[:number]
    panel.coached = {**panel.coached, **{rep: replace(one, method="role_play") for rep, one in few}}


def ends_are_right(row: dict[str, Any], panel: Panel) -> None:
    """Count a part's range anew: each way's of 95 %, wider as Student's quantiles of the part's people are."""
    mine = [
        rep for rep, one in panel.coached.items()
        if row.get("method", one.method) == one.method and row.get("coach_id", one.coach) == one.coach
    ]  # fmt: skip
    assert row["coached"] == len(mine) and row["hours"] == sum(panel.coached[rep].hours for rep in mine)
    plain = staggered_effect(
        panel.scores, panel.first, counted=np.isin(panel.reps, mine), dose=panel.hours, before=8, after=8, aside=5
    )
    wider = stats.t.ppf((1 + row["confidence"]) / 2, plain.treated - 1)
    wider /= stats.t.ppf(0.975, plain.treated - 1)
    for ways, low, high in ((plain.overalls, "low", "high"), (plain.per_doses, "per_hour_low", "per_hour_high")):
        assert row[low] == pytest.approx(min(one.value - wider * (one.value - one.low) for one in ways))
        assert row[high] == pytest.approx(max(one.value + wider * (one.high - one.value) for one in ways))


def test_what_is_in_the_database_is_counted_as_the_rows_are(world: World) -> None:
    """Several contacts a week, one-to-ones of two supervisors and in several ways: not a digit differs."""
    floor = a_floor(3, "month", teams=2, each=4, criteria=2)
    reps, coaches = reps_of(world, 8), [world.supervisor, world.second_rep]
    named = {name(number): f"service/{KEYS[number]}" for number in range(2)}
    which = np.arange(floor.drawn.max())
    met = {KEYS[number]: (floor.met[number][:, :, None] > which).astype(float) for number in range(2)}
    first = (UNTIL - SINCE) // timedelta(weeks=1) - 40
    scored(world, an_analyst(world), reps, {key: of[:, first:] for key, of in met.items()}, floor.drawn[:, first:])
    since = SINCE + timedelta(weeks=first)
    put(world, floor, reps, coaches, named)
    pks = [one.pk for one in (*reps, *coaches)]
    held = [
        one._replace(rep=pks[one.rep], coach=pks[one.coach], criteria=tuple(named[key] for key in one.criteria))
        for one in floor.held
    ]
    rows = [(named[key], pks[rep], week, mean) for key, rep, week, mean in floor.means() if week >= since]
    told, made = made_of(rows, held, since, UNTIL), panels(world.programme, since, UNTIL)
    assert list(made) == list(told) == sorted(named.values())
    for measure, panel in made.items():
        assert np.array_equal(panel.scores, told[measure].scores, equal_nan=True)
        assert replace(panel, scores=told[measure].scores) == told[measure]
    with clock.at(MONDAY):
        effects.count(programme=world.programme)
    expected = effects.estimated(made_of(rows, held, SINCE, UNTIL))
    fields = {"measure", "method", "coach_id", "rep_id", *expected[0]}
    kept = {tuple(getattr(one, key) for key in sorted(fields)) for one in Effect.objects.all()}
    blank = {"method": "", "coach_id": None, "rep_id": None}
    nothing = dict.fromkeys(fields)
    assert kept == {tuple((nothing | blank | one)[key] for key in sorted(fields)) for one in expected}


def put(world: World, floor: Floor, reps: list[Member], coaches: list[Member], named: dict[str, str]) -> None:
    """Put the one-to-ones on file."""
    both = [*reps, *coaches]
    began = [
        datetime.combine(one.week + timedelta(days=3), time(9, number % 60), world.programme.zone)
        for number, one in enumerate(floor.held)
    ]
    plain_plans()
    made = OneToOne.objects.bulk_create(
        OneToOne(
            programme=world.programme, rep=both[one.rep], coach=both[one.coach], minutes=30, state="done",
            method=one.method, planned_for=at, started_at=at, ended_at=at + timedelta(minutes=30),
            ended_by="coach",
        )
        for one, at in zip(floor.held, began, strict=True)
    )  # fmt: skip
    AgreedAction.objects.bulk_create(
        AgreedAction(
            programme=world.programme, one_to_one=row, number=number, criterion=named[key], what="Do it",
            target=90, review_on=MONDAY.date(), agreed_at=MONDAY, outcome="open",
        )
        for row, one in zip(made, floor.held, strict=True)
        for number, key in enumerate(one.criteria, start=1)
    )  # fmt: skip
