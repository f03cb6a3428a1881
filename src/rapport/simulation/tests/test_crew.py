"""Hours and skills that are on file, in place of inferred ones."""

from dataclasses import replace

import pytest

from rapport.contacts.call_logs.records import CallRecord
from rapport.kit.errors import Invalid
from rapport.routing.plan.reading import read_plan
from rapport.simulation.compare import compare
from rapport.simulation.crew import Crew, Profile, crew_of, is_covered
from rapport.simulation.recording import Recording
from rapport.simulation.rules import PlanRule
from rapport.simulation.tests.test_replay import START, call

PROFILES = {"ana": Profile({"german": 3}, "North", "rep"), "bo": Profile({}, "South", "senior_rep")}
ZERO = START.timestamp()
PLAN = """[skills]
german = "German"
french = "French"
[queues.main]
name = "Main"
channel = "{channel}"
routes = [{{ steps = [{step}] }}]
"""


def at(begun: float, ended: float, doing: str, agent: str = "ana") -> tuple[str, str, float, float]:
    return agent, doing, ZERO + begun, ZERO + ended


DAY = [
    at(0, 100, "available"),
    at(100, 104, "reserved"),
    at(104, 200, "on_contact"),
    at(200, 220, "wrap_up"),
    at(220, 300, "break"),
    at(300, 350, "available"),
    at(350, 352, "reserved"),
    at(352, 400, "on_contact"),
    at(400, 410, "wrap_up"),
]
CALLS = [call(100, 4, 96), call(350, 2, 48)]


def by_plan(recording: Recording, step: str, *, channel: str = "voice", more: str = "") -> PlanRule:
    return PlanRule("tried", recording.floor, read_plan(PLAN.format(channel=channel, step=step) + more), {})


def test_a_stretch_lasts_over_its_states_and_ends_half_way_through_the_last_contact() -> None:
    crew = crew_of(DAY, PROFILES)
    assert crew.stretches["ana"] == [(ZERO, ZERO + 160), (ZERO + 300, ZERO + 380)]
    assert (crew.ring_seconds, crew.wrap_up_seconds) == (3, 15)
    idle_at_the_end = crew_of([*DAY, at(410, 500, "available")], PROFILES)
    assert idle_at_the_end.stretches["ana"][1] == (ZERO + 300, ZERO + 500)


def test_hours_on_file_count_where_they_cover_the_answers_and_are_inferred_otherwise() -> None:
    crew = crew_of(DAY, PROFILES)
    assert is_covered(CALLS, crew)
    recording = Recording(CALLS, crew=crew)
    assert recording.has_hours
    assert recording.rep_hours == pytest.approx((160 + 80) / 3600)
    assert recording.hours.wrap_up_seconds == 18
    elsewhere = [*CALLS, call(1000, 0, 50)]
    assert not is_covered(elsewhere, crew)
    assert not Recording(elsewhere, crew=crew).has_hours
    assert not Recording(CALLS, crew=Crew(PROFILES)).has_hours


def test_a_contact_is_answered_when_it_has_rung() -> None:
    recording = Recording(CALLS, crew=crew_of(DAY, PROFILES))
    [outcome] = compare(recording, [by_plan(recording, "{ anyone = true }")], seeds=[0, 1]).policies
    assert outcome.overall.figures["mean_wait_seconds"].mean == 3


def test_steps_ask_for_skills_teams_and_roles_on_file() -> None:
    spans = [at(0, 2000, "available", agent) for agent in PROFILES]
    calls = [call(100, 0, 50), call(400, 0, 50, agent="bo")]
    recording = Recording(calls, crew=crew_of(spans, PROFILES))
    names = recording.floor.names
    for step, who in (
        ("{ skills = { german = 2 } }", "ana"),
        ('{ teams = ["South"] }', "bo"),
        ('{ tiers = ["senior_rep"] }', "bo"),
        ('{ people = ["ana"] }', "ana"),
    ):
        rule = by_plan(recording, step)
        run = recording.run(rule, 0)
        assert run.rep.tolist() == [names[who]] * 2, step
    with pytest.raises(Invalid, match="nobody in the log has shown french"):
        by_plan(recording, "{ skills = { french = 1 } }")


def test_channels_go_to_their_own_queues() -> None:
    spans = [at(0, 2000, "available", agent) for agent in PROFILES]
    calls = [call(100, 0, 50), replace(call(400, 0, 50, agent="bo"), channel="chat")]
    recording = Recording(calls, crew=crew_of(spans, PROFILES))
    chats = """[queues.chats]
name = "Chats"
channel = "chat"
routes = [{ steps = [{ teams = ["South"] }] }]
"""
    rule = by_plan(recording, '{ teams = ["North"] }', more=chats)
    assert recording.run(rule, 0).rep.tolist() == [recording.floor.names["ana"], recording.floor.names["bo"]]


def test_expected_transfers_are_told_where_they_are_known() -> None:
    def passed_on(one: CallRecord, number: int) -> CallRecord:
        return replace(one, transfers=number)

    often = [passed_on(call(600 * n, 0, 60, "ana"), n % 2) for n in range(200)]
    never = [passed_on(call(600 * n + 300, 0, 60, "bo"), 0) for n in range(200)]
    recording = Recording([*often, *never])
    [outcome] = compare(recording, [by_plan(recording, '{ people = ["ana"] }')], seeds=[0, 1]).policies
    assert outcome.overall.figures["expected_transfers"].mean == pytest.approx(0.5, abs=0.03)
    silent = Recording([call(0, 0, 60), call(1000, 0, 60)])
    [outcome] = compare(silent, [by_plan(silent, "{ anyone = true }")], seeds=[0, 1]).policies
    assert outcome.overall.figures["expected_transfers"] is None


def test_whoever_hears_of_the_runs_may_end_them() -> None:
    recording, heard = Recording(CALLS), list[int]()

    def hear(runs: int) -> None:
        heard.append(runs)
        if runs == 2:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        compare(recording, [by_plan(recording, "{ anyone = true }")], seeds=range(9), ran=hear)
    assert heard == [1, 2]


def test_a_gap_between_two_states_ends_a_stretch() -> None:
    crew = crew_of([at(0, 100, "available"), at(102, 200, "available")], PROFILES)
    assert len(crew.stretches["ana"]) == 2


def test_what_to_expect_is_learnt_from_more_calls_than_are_played() -> None:
    spans = [at(0, 2000, "available", agent) for agent in PROFILES]
    played = [call(100, 0, 50), call(400, 0, 50, agent="bo")]
    week = 8 * 24 * 3600
    once = [replace(call(-2 * week - n, 0, 9), customer_key=f"a{n}") for n in range(300)]
    again = [replace(call(-2 * week - n, 0, 9, agent="bo"), customer_key=f"b{n // 2}") for n in range(300)]
    best = '[choice]\nby = "best_outcome"'
    silent = Recording(played, crew=crew_of(spans, PROFILES))
    assert silent.run(by_plan(silent, "{ anyone = true }", more=best), 0).rep.tolist() == [0, 1]
    learnt = Recording(played, crew=crew_of(spans, PROFILES), history=[*played, *once, *again])
    rule = by_plan(learnt, "{ anyone = true }", more=best)
    assert learnt.run(rule, 0).rep.tolist() == [learnt.floor.names["ana"]] * 2
    [outcome] = compare(learnt, [rule], seeds=[0, 1]).policies
    assert outcome.overall.figures["expected_resolution"].mean > 0.95


TWO_CHATS = "[capacity]\nlimits = { chat = 2 }"


def three_chats() -> Recording:
    """Three that come within a minute and take 100 s each, to ana, who is there for half an hour."""
    calls = [replace(call(second, 0, 100), channel="chat") for second in (0, 20, 40)]
    return Recording(calls, crew=crew_of([at(0, 1800, "available")], PROFILES))


def test_a_rep_has_several_chats_at_once_where_the_plan_says_so() -> None:
    floor = three_chats()
    alone = floor.run(by_plan(floor, "{ anyone = true }", channel="chat"), 0)
    assert alone.wait_seconds.tolist() == [0, 80, 160]
    rule = by_plan(floor, "{ anyone = true }", channel="chat", more=TWO_CHATS)
    assert floor.run(rule, 0).wait_seconds.tolist() == [0, 0, 60]
    [outcome] = compare(floor, [rule], seeds=[0, 1]).policies
    assert outcome.overall.figures["occupancy"].mean == pytest.approx(200 / 1800)  # 0 to 200 s, once


def test_the_room_of_one_channel_is_not_that_of_another() -> None:
    calls = [replace(call(0, 0, 100), channel="chat"), call(20, 0, 100), replace(call(40, 0, 100), channel="chat")]
    floor = Recording(calls, crew=crew_of([at(0, 1800, "available")], PROFILES))
    assert floor.run(by_plan(floor, "{ anyone = true }", more=TWO_CHATS), 0).wait_seconds.tolist() == [0, 120, 0]
    beside = TWO_CHATS + "\nbeside = { voice = ['chat'] }"
    waits = floor.run(by_plan(floor, "{ anyone = true }", more=beside), 0).wait_seconds.tolist()
    assert waits == [0, 0, 80]


def test_who_goes_takes_no_second_chat() -> None:
    seconds = (0, 90, *range(310, 330))  # the second comes when ana has gone, with the first still in hand
    chats = [replace(call(second, 0, 100 if second < 100 else 9), channel="chat") for second in seconds]
    shared = Recording(chats, crew=crew_of([at(0, 80, "available"), at(300, 900, "available")], PROFILES))
    assert shared.has_hours
    rule = by_plan(shared, "{ anyone = true }", channel="chat", more=TWO_CHATS)
    assert shared.run(rule, 0).wait_seconds[:2].tolist() == [0, 210]
