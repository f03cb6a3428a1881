"""Replaying recorded calls, by the command a person types; and what is inferred from them."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from rapport.contacts.call_logs.records import CallRecord
from rapport.kit.errors import Invalid
from rapport.simulation import resolution
from rapport.simulation.cli import run
from rapport.simulation.compare import Comparison, Estimate, compare
from rapport.simulation.engine import Run, Shift
from rapport.simulation.figures import figures, gini, occupancies
from rapport.simulation.hours import infer_hours
from rapport.simulation.recording import Recording
from rapport.simulation.rules import read_rule

MAPPING = """
instant_format = "epoch"
[columns]
external_id = "id"
arrived_at = "at"
wait_seconds = "wait"
talk_seconds = "talk"
outcome = "outcome"
segment_key = "segment"
reason_key = "reason"
agent_id = "agent"
[segments]
gold = "Gold"
[head_start_seconds]
gold = 60
"""
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def call(second: float, wait: int, talk: int | None, agent: str | None = "ana", **more: str) -> CallRecord:
    """A call that asked for a person so many seconds after nine, given up when there is no talk."""
    asked = START + timedelta(seconds=second)
    answered = None if talk is None else asked + timedelta(seconds=wait)
    return CallRecord(
        line_number=int(second),
        external_id=str(second),
        arrived_at=asked,
        queued_at=asked,
        answered_at=answered,
        ended_at=asked + timedelta(seconds=wait + (talk or 0)),
        wait_seconds=wait,
        talk_seconds=talk or 0,
        outcome="abandoned" if talk is None else "answered",
        customer_key=None,
        segment_key=more.get("segment", ""),
        reason_key=more.get("reason", "card"),
        agent_id=agent if talk is not None else None,
    )


def stretches(calls: list[CallRecord], **options: float) -> list[tuple[int, float, float]]:
    return [
        (shift.rep, shift.begins - START.timestamp(), shift.ends - START.timestamp())
        for shift in infer_hours(calls, **options).shifts
    ]


def test_a_rep_stays_over_a_short_quiet_gap_and_leaves_over_a_long_one() -> None:
    calls = [call(0, 0, 100), call(300, 0, 100), call(2000, 0, 100)]
    assert stretches(calls) == [(0, 0, 350), (0, 2000, 2050)]
    assert stretches(calls, away_seconds=5000) == [(0, 0, 2050)]
    assert stretches(calls, away_seconds=60) == [(0, 0, 50), (0, 300, 350), (0, 2000, 2050)]


def test_a_rep_is_away_while_somebody_they_could_serve_waits() -> None:
    calls = [call(0, 0, 100), call(130, 60, None), call(300, 0, 100)]
    assert stretches(calls) == [(0, 0, 50), (0, 190, 350)]
    others = [call(0, 0, 100), call(130, 60, None, reason="loan"), call(300, 0, 100)]
    assert stretches(others) == [(0, 0, 350)]


def test_wrap_up_is_what_a_rep_needs_while_somebody_waits() -> None:
    calls = [call(0, 0, 100), call(50, 62, 88), call(60, 146, 100)]
    assert infer_hours(calls).wrap_up_seconds == 9
    assert infer_hours(calls[:1]).wrap_up_seconds == 0


def test_reps_know_what_they_did_more_than_now_and_then() -> None:
    calls = [call(200 * n, 0, 100, reason="loan" if n == 7 else "card") for n in range(400)]
    assert {reason for shift in infer_hours(calls).shifts for reason in shift.skills} == {"card"}


def test_an_answer_that_names_nobody_has_a_rep_of_its_own() -> None:
    assert stretches([call(0, 0, 100, None), call(50, 0, 100, None)]) == [(0, 0, 50), (1, 50, 100)]


COUNT = 90


def crowded(seed: int = 3) -> list[CallRecord]:
    """An hour of two reps that are a little too few, first come first served."""
    random, free = np.random.default_rng(seed), {"ana": 0.0, "bo": 0.0}
    calls = []
    for number, second in enumerate(np.sort(random.random(COUNT) * 3600).astype(int).tolist()):
        agent = min(free, key=lambda name: free[name])
        wait, talk, patience = (
            max(0, int(free[agent]) - second),
            int(random.exponential(90)),
            random.exponential(240),
        )
        segment = "gold" if number % 3 == 0 else "plain"
        if wait > patience:
            calls.append(call(second, int(patience), None, segment=segment))
        else:
            calls.append(call(second, wait, talk, agent, segment=segment))
            free[agent] = second + wait + talk
    return calls


def compared(*policies: str, seeds: int = 1, calls: list[CallRecord] | None = None) -> Comparison:
    recording = Recording(crowded() if calls is None else calls)
    floor = recording.floor
    return compare(recording, [read_rule(text, floor, {"gold": 600}) for text in policies], seeds=range(seeds))


def mean_of(found: Comparison, metric: str, *, policy: int = 0, segment: str | None = None) -> float:
    outcome = found.policies[policy]
    estimate = (outcome.overall if segment is None else outcome.by_segment[segment]).figures[metric]
    assert estimate is not None
    return estimate.mean


def test_a_replay_of_a_simple_floor_by_its_own_rule_is_what_was_recorded() -> None:
    found = compared("fifo")
    assert found.recorded.overall.offered == COUNT
    for name, recorded in asdict(found.recorded.overall).items():
        estimate = found.policies[0].overall.figures[name]
        assert (estimate and estimate.mean) == (recorded and pytest.approx(recorded)), name
    assert (found.basis.reps, found.basis.left_before_queue) == (2, 0)


def test_a_head_start_shortens_the_waits_of_its_segment_alone() -> None:
    found = compared("fifo", "recorded-priority", "segment:gold=600", "segment:gold=600,ceiling=0", seeds=8)
    gold, plain = (found.policies[1].by_segment[key].change for key in ("gold", "plain"))
    assert gold is not None
    assert plain is not None
    assert (shorter := gold["mean_wait_seconds"]) is not None
    assert shorter.mean < 0
    assert shorter.is_beyond_chance
    assert (longer := plain["mean_wait_seconds"]) is not None
    assert longer.mean > 0
    assert found.policies[2].overall == found.policies[1].overall
    assert all(one is None or one.mean == 0 for one in (found.policies[3].overall.change or {}).values())


def test_the_same_seed_gives_the_same_and_policies_meet_the_same_chance() -> None:
    first, again = (compared("fifo", "reason:card=30", seeds=6) for _ in range(2))
    assert first == again
    assert compared("fifo", seeds=2).policies[0] != compared("fifo", seeds=3).policies[0]
    part = first.policies[1].overall  # everybody has the same head start, so nothing changes
    assert part.change is not None
    wait, change = part.figures["mean_wait_seconds"], part.change["mean_wait_seconds"]
    assert wait is not None
    assert wait.low is not None
    assert wait.low < wait.mean
    assert change == Estimate(0, 0, 0)


def experts(
    second: float, wait: int, talk: int, agent: str, reason: str, customer: str | None = None
) -> CallRecord:
    return replace(call(second, wait, talk, agent, reason=reason), customer_key=customer)


def test_specialists_come_first_and_after_a_while_anyone() -> None:
    calls = [experts(0, 0, 50, "ana", "card"), experts(60, 0, 50, "bo", "card"), experts(120, 0, 50, "bo", "loan")]
    floor = Recording(calls).floor
    steps = read_rule("specialists=5,anyone=60", floor, {}).steps("card")
    assert [str(step) for step in steps] == ["card 5", "card 1", "any rep"]
    assert [step.seconds for step in steps] == [5, 60, None]
    assert [floor.skills[floor.names[name]]["card"] for name in ("ana", "bo")] == [5, 4]
    assert [str(step) for step in read_rule("specialists=5", floor, {}).steps("loan")] == ["loan 1"]
    assert read_rule("anyone=60", floor, {}).steps("travel") == ()


PLAN = """
[skills]
card = "Cards"
[queues.calls]
name = "Calls"
channel = "voice"
[[queues.calls.routes]]
reasons = ["card"]
[[queues.calls.routes.steps]]
people = ["ana"]
seconds = 30
[[queues.calls.routes.steps]]
skills = { card = 1 }
[[queues.calls.routes]]
[[queues.calls.routes.steps]]
anyone = true
[priority]
ceiling_minutes = 2
segments = { gold = 1 }
reasons = { card = 1.5 }
"""


def test_a_plan_is_followed(tmp_path: Path) -> None:
    floor = Recording(crowded()).floor
    (tmp_path / "plan.toml").write_text(PLAN)
    rule = read_rule(str(tmp_path / "plan.toml"), floor, {"gold": 600})
    assert rule.head_start_seconds(segment="gold", reason="card") == 120
    assert rule.head_start_seconds(segment="plain", reason="card") == 90
    assert [step.seconds for step in rule.steps("card")] == [30, None]
    assert rule.steps("card")[1].needs[0].skill == "card"
    found = compared(str(tmp_path / "plan.toml"), "fifo")
    assert mean_of(found, "offered") == COUNT


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lifo", "There is no policy 'lifo'"),
        ("segment:gold=x", "a number not below 0"),
        ("segment:gold=-1", "a number not below 0"),
        ("gold=60", "'gold' is no term"),
        ("segment:tin=60", "with the segments gold, plain and the reasons card"),
        ("/nowhere/plan.toml", "cannot be read"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        compared(text)


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("card = 1 }", "loan = 1 }", "nobody in the log has shown loan"),
        ("[priority]", '[choice]\nby = "least_occupied"\n[priority]', "does not follow occupancy"),
        ("anyone = true", "", "anyone"),
    ],
)
def test_a_plan_that_a_log_cannot_follow_is_refused(was: str, now: str, words: str, tmp_path: Path) -> None:
    told = PLAN.replace(was, now).replace('card = "Cards"', 'card = "Cards"\nloan = "Loans"')
    (tmp_path / "plan.toml").write_text(told)
    with pytest.raises(Invalid, match=words):
        compared(str(tmp_path / "plan.toml"))


def test_a_log_in_which_nobody_asked_for_a_person() -> None:
    with pytest.raises(Invalid, match="no call that asked"):
        Recording([])


WEEK = 7 * 24 * 3600


def test_who_comes_again_within_a_week_for_the_same_was_not_helped() -> None:
    calls = [
        experts(0, 0, 50, "ana", "card", "c1"),
        experts(100, 0, 50, "ana", "loan", "c1"),
        experts(200, 0, 50, "bo", "card"),
        experts(WEEK, 0, 50, "bo", "card", "c1"),
        experts(WEEK + 101, 0, 50, "bo", "card", "c2"),
    ]
    outcome = resolution.resolved(calls)
    assert outcome[:2].tolist() == [0, 1]
    assert np.isnan(outcome[2:]).all()


def test_a_rep_with_few_calls_is_expected_to_settle_what_the_others_do() -> None:
    rep = np.append(np.repeat(np.arange(20), 100), 20)  # twenty with a hundred calls, and one with one
    outcome = np.append(np.tile(np.repeat([1.0, 0.0], [30, 70]), 10), np.tile(np.repeat([1.0, 0.0], [70, 30]), 10))
    outcome = np.append(outcome, 1.0)
    shares = resolution.expected(rep, np.zeros(2001, dtype=int), outcome, reps=22, reasons=1)
    assert shares is not None
    assert shares[:20, 0] == pytest.approx([0.31] * 10 + [0.69] * 10, abs=0.01)
    assert 0.5 < shares[20, 0] < 0.6
    assert shares[21, 0] == pytest.approx(0.5, abs=0.002)
    assert resolution.expected(rep, rep * 0, np.full(2001, np.nan), reps=22, reasons=2) is None


def test_the_expected_resolution_is_that_of_the_reps_the_calls_go_to() -> None:
    once = [experts(600 * n, 0, 60, "ana", "card", f"a{n}") for n in range(1500)]
    again = [experts(600 * n + 250, 0, 60, "bo", "card", f"b{n // 2}") for n in range(1500)]
    found = compared("fifo", calls=[*(replace(one, segment_key="gold") for one in once), *again])
    assert found.recorded.by_segment["gold"].expected_resolution == pytest.approx(1, abs=0.01)
    assert found.recorded.by_segment[""].expected_resolution == pytest.approx(0.5, abs=0.01)
    best = mean_of(found, "expected_resolution")
    assert 0.7 < best < 0.8


def test_unfairness_is_measured() -> None:
    assert gini(np.array([5.0, 5.0, 5.0])) == pytest.approx(0)
    assert gini(np.array([0.0, 0.0, 0.0, 8.0])) == pytest.approx(0.75)
    assert gini(np.array([])) is None
    assert gini(np.zeros(3)) == 0
    told = figures(np.array([10.0, 200.0, 300.0, np.nan]), np.array([True, True, False, False]))
    assert (told.long_wait_rate, told.answered, told.service_level) == (0.75, 2, 0.25)
    assert told.p90_wait_seconds == pytest.approx(181)


def test_occupancy_is_of_the_hours_and_its_spread_between_reps() -> None:
    run = Run(np.array([0.0, 10.0, 0.0]), np.array([0, 0, 1]))
    shifts = [Shift(0, 0, 100), Shift(1, 50, 150), Shift(0, 200, 300)]
    mean, spread = occupancies(np.array([0.0, 80.0, 60.0]), np.array([40.0, 60.0, 50.0]), run, shifts)
    assert (mean, spread) == pytest.approx(((50 + 50) / 300, ((2 * 0.25**2 + 0.5**2) / 3 - (1 / 3) ** 2) ** 0.5))


@pytest.fixture
def log(tmp_path: Path) -> list[str]:
    """The arguments that name a log with one line that cannot be read."""
    lines = ["id,at,wait,talk,outcome,segment,reason,agent"]
    for one in crowded():
        lines.append(
            f"{one.external_id},{one.arrived_at.timestamp()},{one.wait_seconds},{one.talk_seconds},{one.outcome},"
            f"{one.segment_key},{one.reason_key},{one.agent_id or ''}"
        )
    (tmp_path / "calls.csv").write_text("\n".join([*lines, "junk"]))
    (tmp_path / "mapping.toml").write_text(MAPPING)
    return ["--calls", str(tmp_path / "calls.csv"), "--format", "csv", "--mapping", str(tmp_path / "mapping.toml")]


def test_the_command_prints_a_table(log: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*log, "--policy", "fifo", "--policy", "segment:gold=600", "--seeds", "3"]) == 0
    printed = capsys.readouterr()
    assert "Segment Gold" in printed.out
    assert "  B  segment:gold=600\n" in printed.out
    heads = next(line for line in printed.out.splitlines() if line.startswith("Segment Gold"))
    assert heads.split() == ["Segment", "Gold", "recorded", "A", "B", "B", "-", "A"]
    assert printed.err == "line 92: has 1 fields instead of 8\n"


def test_the_command_prints_json(log: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*log, "--policy", "recorded-priority", "--seed", "3", "--seeds", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["policies"][0]["policy"], told["seeds"], told["bad_rows"]) == ("recorded-priority", [3, 4], 1)
    assert told["recorded"]["overall"]["offered"] == COUNT
    assert set(told["recorded"]["by_segment"]) == {"gold", "plain"}
    wait = told["policies"][0]["by_segment"]["gold"]["figures"]["mean_wait_seconds"]
    assert wait["low"] <= wait["mean"] <= wait["high"]


def test_the_command_says_what_is_wrong(
    log: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--calls", str(tmp_path / "none.tsv"), "--policy", "fifo"]) == 1
    assert "No such file" in capsys.readouterr().err
    (tmp_path / "empty.tsv").write_text("")
    assert run(["--calls", str(tmp_path / "empty.tsv"), "--policy", "fifo"]) == 1
    assert "no call that asked for a person" in capsys.readouterr().err
    assert run([*log, *["--policy", "fifo"] * 27]) == 1
    assert "26 policies at most" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run([*log, "--policy", "fifo", "--seeds", "0"])
    assert "must be 1 or more" in capsys.readouterr().err
