"""Replaying recorded calls, by the command a person types; and what is inferred from them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from rapport.contacts.call_logs.records import CallRecord
from rapport.kit.errors import Invalid
from rapport.simulation.cli import run
from rapport.simulation.hours import infer_hours
from rapport.simulation.replay import replay

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


def test_a_replay_of_a_simple_floor_by_its_own_rule_is_what_was_recorded() -> None:
    found = replay(crowded(), policy="fifo", head_start_seconds={})
    assert found.overall.recorded.offered == COUNT
    assert found.overall.simulated == found.overall.recorded
    assert (found.reps, found.unserved, found.left_before_queue) == (2, 0, 0)


def test_a_head_start_shortens_the_waits_of_its_segment() -> None:
    starts = {"gold": 600}
    before = replay(crowded(), policy="fifo", head_start_seconds=starts).by_segment["gold"].simulated
    after = replay(crowded(), policy="recorded-priority", head_start_seconds=starts).by_segment["gold"].simulated
    assert before.mean_wait_seconds is not None
    assert after.mean_wait_seconds is not None
    assert after.mean_wait_seconds < before.mean_wait_seconds


def test_the_same_seed_gives_the_same_replay_and_another_seed_another() -> None:
    first, again, other = (
        replay(crowded(), policy="recorded-priority", head_start_seconds={"gold": 600}, seed=seed)
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first.overall.simulated != other.overall.simulated


def test_a_log_in_which_nobody_asked_for_a_person() -> None:
    with pytest.raises(Invalid, match="no call that asked"):
        replay([], policy="fifo", head_start_seconds={})
    with pytest.raises(Invalid, match="no policy 'lifo'"):
        replay(crowded(), policy="lifo", head_start_seconds={})


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
    assert run([*log, "--policy", "recorded-priority"]) == 0
    printed = capsys.readouterr()
    assert "Segment Gold" in printed.out
    assert "recorded   simulated" in printed.out
    assert printed.err == "line 92: has 1 fields instead of 8\n"


def test_the_command_prints_json(log: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*log, "--policy", "fifo", "--seed", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["policy"], told["seed"], told["bad_rows"]) == ("fifo", 3, 1)
    assert told["overall"]["recorded"]["offered"] == COUNT
    assert set(told["by_segment"]) == {"gold", "plain"}


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--calls", str(tmp_path / "none.tsv"), "--policy", "fifo"]) == 1
    assert "No such file" in capsys.readouterr().err
    (tmp_path / "empty.tsv").write_text("")
    assert run(["--calls", str(tmp_path / "empty.tsv"), "--policy", "fifo"]) == 1
    assert "no call that asked for a person" in capsys.readouterr().err
