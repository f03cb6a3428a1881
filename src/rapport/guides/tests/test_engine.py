"""The engine: where a contact stands, what is open, and what each level may; on guides of all shapes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rapport.guides import moves
from rapport.guides.definition.checks import faults_of
from rapport.guides.definition.reading import read_guide
from rapport.guides.definition.rules import END, Guide
from rapport.guides.engine import Run
from rapport.guides.onward import ways_on
from rapport.guides.state import State
from rapport.guides.tests.written import CANCEL
from rapport.kit.errors import DomainError, Invalid

NOW = datetime(2026, 11, 22, tzinfo=UTC)
GUIDE = read_guide(CANCEL)
WHO: dict[str, Any] = {"by": "member:1", "at": NOW}


def run(state: State | None = None, level: int = 0, facts: dict[str, Any] | None = None) -> Run:
    return Run(GUIDE, state or State(), facts or {}, level)


def test_it_begins_at_the_first_step_with_the_words_filled_in() -> None:
    view = run(facts={"customer.first_name": "Ada"}).view()
    assert view.current is not None
    assert view.current.key == "greet"
    assert view.current.words.startswith("Good day Ada. You asked about us last time")
    assert [one.key for one in view.open] == ["greet", "hear", "terms"]
    assert view.next == "hear"


def test_an_answer_changes_the_way_and_what_is_required() -> None:
    assert "offer" not in run().way
    priced = moves.answer(run(), "why", "price")
    assert run(priced).way == ("greet", "hear", "offer", "terms", "thanks_priority", "cancel", "close")
    assert [one.key for one in run(facts={"customer.segment": "priority"}).view().open][-1] == "thanks_priority"


def test_a_step_that_asks_is_done_when_it_is_answered() -> None:
    answered = moves.answer(run(), "why", "moving")
    assert [one.key for one in run(answered).view().open] == ["greet", "terms"]
    assert [one.key for one in run(moves.answer(run(answered), "why", "")).view().open][1] == "hear"
    with pytest.raises(Invalid, match=r"Fill in first: Why do they leave\?"):
        moves.cover(run(), "hear", **WHO)


def test_answers_that_may_be_missing_do_not_make_a_step_done() -> None:
    lines = '[[steps]]\nkey = "a"\nkind = "ask"\ntitle = "A"\nwords = "Yes?"\nasks = ["f"]\nnext = "end"\n'
    asks = f'name = "G"\n[fields.f]\nlabel = "F"\noptional = true\n{lines}required = "always"\ntouch_point = '
    for form, done in (("free", True), ("verbatim", False)):  # what is said word for word takes a tick
        guide = read_guide(f'{asks}"{form}"\n')
        assert [one.key for one in Run(guide).view().open] == ["a"]
        answered = moves.answer(Run(guide), "f", "well")
        assert (Run(guide, answered).view().open == ()) is done


def test_a_fixed_place_is_kept_but_for_who_may_move_it() -> None:
    with pytest.raises(Invalid, match="First: Greet, Hear why"):
        moves.cover(run(), "terms", **WHO)
    with pytest.raises(Invalid, match="First: Greet, Hear why"):
        moves.go(run(), "terms")
    assert "terms" in moves.cover(run(level=3), "terms", **WHO).covered
    with pytest.raises(Invalid, match="First: Greet"):  # a transaction waits for what must be said before it
        moves.result(run(level=5), "cancel", status="waiting", at=NOW)


def test_each_level_has_its_form() -> None:
    forms = {level: one.form for level in (0, 1, 2, 5) if (one := run(level=level).view().of("greet")) is not None}
    assert forms == {0: "guided", 1: "guided", 2: "free", 5: "free"}
    terms = run(level=5).view().of("terms")
    assert terms is not None
    assert (terms.form, terms.may_rephrase, terms.may_skip) == ("verbatim", False, False)


def test_leaving_out_takes_the_level_and_a_reason() -> None:
    with pytest.raises(Invalid, match="from level 4 on; yours is 3"):
        moves.skip(run(level=3), "greet", because="in a hurry", **WHO)
    with pytest.raises(Invalid, match="why it is left out"):
        moves.skip(run(level=4), "greet", because=" ", **WHO)
    with pytest.raises(Invalid, match="cannot be left out"):
        moves.skip(run(level=5), "terms", because="in a hurry", **WHO)
    left = moves.skip(run(level=4), "greet", because="in a hurry", **WHO)
    assert [one.key for one in run(left).view().open] == ["hear", "terms"]  # the strict one after them sees it
    assert "greet" not in moves.cover(run(left), "greet", **WHO).skipped
    assert moves.uncover(run(left), "greet") == State()


def test_an_aside_goes_back_to_where_it_was() -> None:
    there = moves.go(run(moves.go(run())), "price")
    assert (run(there).current, run(there).next) == ("price", "hear")
    assert run(moves.go(run(there))).current == "hear"
    assert run(moves.back(run(there))).current == "hear"


def test_a_failed_transaction_takes_its_branch() -> None:
    failed = moves.result(run(level=0), "cancel", status="done", at=NOW, words="card 4111 1111 1111 1111")
    assert failed.reasons["cancel"] == "card •••• 1111"
    assert "by_hand" not in run(failed).way
    state = moves.answer(run(), "why", "price")
    for key in ("greet", "terms"):
        state = moves.cover(run(state), key, **WHO)
    failed = moves.result(run(state), "cancel", status="failed", at=NOW)
    assert "by_hand" in run(failed).way


def test_ways_on_are_told_as_people_say_them() -> None:
    guide = read_guide("""
name = "Said"
[[steps]]
key = "greet"
title = "Greet"
next = "hear"
[[steps.branches]]
when = [{ field = "contact.upset", is = [true] }]
to = "hear"
[[steps.branches]]
when = [{ field = "last.days", known = false }, { field = "customer.attribute.city", is = ["Berlin"] }]
to = "hear"
[[steps.branches]]
when = [{ any_of = [{ field = "customer.years", at_least = 3 },{ field = "contact.channel", is_not = ["chat"] }] }]
to = "hear"
[[steps]]
key = "hear"
title = "Hear"
next = "end"
""")
    told = [way.when for way in ways_on(Run(guide))]
    assert told == [
        "the customer is upset",
        "they were never here before and city is Berlin",
        "(years with us is at least 3 or the channel is not chat)",
        "",
    ]


def test_where_an_answer_takes_a_step_off_the_way_one_goes_on_from_before_it() -> None:
    priced = moves.answer(run(), "why", "price")
    at_offer = moves.go(run(moves.go(run(priced))))
    assert run(at_offer).current == "offer"
    other = moves.answer(run(at_offer), "why", "other")
    assert run(other).current == "terms"
    assert run(moves.back(run(other))).current == "hear"


def test_what_is_no_step_or_field_is_refused() -> None:
    refused: list[Callable[[], State]] = [
        lambda: moves.cover(run(), "nothing", **WHO),
        lambda: moves.cover(run(), "sort", **WHO),
        lambda: moves.go(run(), "by_hand"),
        lambda: moves.answer(run(), "shoe_size", 44),
        lambda: moves.skip(run(level=5), "offer", because="no", **WHO),
        lambda: moves.back(run()),
        lambda: moves.result(run(), "greet", status="done", at=NOW),
    ]
    for move in refused:
        with pytest.raises(DomainError):
            move()


@st.composite
def guides(draw: st.DrawFn) -> Guide:
    """Guides of all shapes: branches, loops, asides, conditions and every freedom."""
    count = draw(st.integers(2, 8))
    keys = [f"s{number}" for number in range(count)]
    level = st.none() | st.integers(1, 5)
    conditions = st.sampled_from(
        [
            {"field": "yes", "is": [True]},
            {"field": "size", "at_least": 3},
            {"field": "customer.segment", "is": ["a"]},
            {"field": "size", "known": False},
        ]
    )
    steps: list[dict[str, Any]] = []
    for number, key in enumerate(keys):
        is_last = number == count - 1
        step: dict[str, Any] = {"key": key, "title": key, "words": "Say it."}
        kind = "close" if is_last else draw(st.sampled_from(["say", "ask", "check", "branch"]))
        if draw(st.booleans()) and not is_last:
            to = draw(st.lists(st.sampled_from([one for one in [*keys, END] if one != key]), max_size=2))
            step["branches"] = [{"when": [draw(conditions)], "to": one} for one in to]
            step["next"] = draw(st.sampled_from([*keys[number + 1 :], END]))
        if kind == "branch" and not step.get("branches"):
            kind = "say"
        step["kind"] = kind
        if kind == "branch":
            del step["words"]
        else:
            step |= draw(freedoms(level, conditions))
        if kind == "ask":
            step["asks"] = draw(st.lists(st.sampled_from(["yes", "size"]), min_size=1, max_size=2, unique=True))
        steps.append(step)
    if draw(st.booleans()):
        steps.append({"key": "beside", "title": "beside", "words": "Well.", "aside": True})
    fields = {"yes": {"label": "Yes?", "type": "yes_no"}, "size": {"label": "Size", "type": "number"}}
    guide = Guide.model_validate({"name": "G", "freedom": {"skill": "x"}, "fields": fields, "steps": steps})
    assume(not faults_of(guide))
    return guide


@st.composite
def freedoms(draw: st.DrawFn, level: Any, conditions: Any) -> dict[str, Any]:
    """What makes a step a touch point, and who may do it otherwise."""
    required, fixed = draw(st.sampled_from(["", "always", "when"])), draw(st.booleans())
    return {
        "required": required,
        "touch_point": draw(st.sampled_from(["verbatim", "guided", "free"])),
        "when": draw(st.lists(conditions, min_size=1, max_size=2)) if required == "when" else [],
        "rephrase_from": draw(level),
        "skip_from": draw(level) if required else None,
        "fixed_order": fixed,
        "reorder_from": draw(level) if fixed else None,
    }


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["go", "jump", "back", "cover", "uncover", "answer", "skip", "upset"]),
        st.integers(0, 9),
        st.sampled_from([True, False, 1, 5, "", None]),
        st.integers(0, 5),
    ),
    max_size=14,
)
FACTS = st.sampled_from([{}, {"customer.segment": "a"}, {"customer.segment": ["b", "a"]}])


def moved(guide: Guide, facts: dict[str, Any], several: list[Any], state: State | None = None) -> State:
    """Make every move that is not refused, each at a level of its own; what is refused changes nothing."""
    state = state or State()
    for kind, number, value, level in several:
        one, before = Run(guide, state, facts, level), state.model_dump_json()
        key = guide.steps[number % len(guide.steps)].key
        try:
            state = made(one, kind, key, value)
        except DomainError as error:
            assert str(error)
        if state is one.state:
            assert state.model_dump_json() == before
    return state


def made(one: Run, kind: str, key: str, value: Any) -> State:
    if kind in ("go", "jump"):
        return moves.go(one, key if kind == "jump" else "")
    if kind == "back":
        return moves.back(one)
    if kind == "cover":
        return moves.cover(one, key, **WHO)
    if kind == "uncover":
        return moves.uncover(one, key)
    if kind == "skip":
        return moves.skip(one, key, because="They know it.", **WHO)
    if kind == "upset":
        return moves.notice(one, upset=bool(value))
    return moves.answer(one, "yes" if isinstance(value, bool) else "size", value)


@settings(max_examples=120)
@given(guides(), FACTS, MOVES, st.integers(0, 5))
def test_every_open_touch_point_can_be_met(guide: Guide, facts: Any, several: Any, level: int) -> None:
    state = moved(guide, facts, several)
    for _ in range(3 * len(guide.steps)):
        one = Run(guide, state, facts, level)
        left = one.view().open
        if not left:
            break
        state = moves.go(one, left[0].key)  # the first that is open is never held up
        for field in left[0].fields:
            if field.answer is None:
                state = moves.answer(
                    Run(guide, state, facts, level), field.key, 1 if field.key == "size" else "no"
                )
        now = Run(guide, state, facts, level)
        if left[0].key in now.way:
            state = moves.cover(now, left[0].key, **WHO)
    assert Run(guide, state, facts, level).view().open == ()


@settings(max_examples=80)
@given(guides(), FACTS, MOVES)
def test_at_the_strict_level_nothing_is_left_out_or_rephrased(guide: Guide, facts: Any, several: Any) -> None:
    state = moved(guide, facts, [(kind, number, value, 0) for kind, number, value, _ in several])
    assert not state.skipped
    one = Run(guide, state, facts, 0)
    assert all(view.form == view.step.touch_point and not view.may_skip for view in one.view().steps)


@settings(max_examples=80)
@given(guides(), FACTS, MOVES, st.integers(0, 5), st.integers(0, 5))
def test_what_was_done_and_said_is_the_next_reps_too(
    guide: Guide, facts: Any, several: Any, one: int, other: int
) -> None:
    state = moved(guide, facts, several)
    kept = State.model_validate(json.loads(state.model_dump_json()))
    assert kept == state
    mine, theirs = Run(guide, state, facts, one).view(), Run(guide, kept, facts, other).view()
    assert [(view.key, view.is_done, view.is_open, view.skipped) for view in mine.steps] == [
        (view.key, view.is_done, view.is_open, view.skipped) for view in theirs.steps
    ]
    assert (mine.current and mine.current.key) == (theirs.current and theirs.current.key)


@settings(max_examples=80)
@given(guides(), FACTS, MOVES, st.integers(0, 5))
def test_back_and_on_again_is_the_same_place(guide: Guide, facts: Any, several: Any, level: int) -> None:
    before = Run(guide, moved(guide, facts, several), facts, level)
    try:
        state = moves.back(before)
        after = Run(guide, moves.go(Run(guide, state, facts, level)), facts, level)
    except DomainError:  # the very first step, or a fixed place that this level may not go to any more
        return
    is_told = before.current == before.state.path[before.state.at] and before.state.at - state.at == 1
    if is_told and before.current not in before.asides:  # an aside that was left is not on the way
        assert after.current == before.current


@settings(max_examples=80)
@given(guides(), FACTS, MOVES)
def test_what_is_required_follows_what_is_known(guide: Guide, facts: Any, several: Any) -> None:
    run_ = Run(guide, moved(guide, facts, several), facts, 0)
    for view in run_.view().steps:
        if view.step.required == "always":
            assert view.is_required == view.is_on_way
        assert not (view.is_required and not view.step.required)
        assert not (view.is_open and (view.is_done or view.skipped))
    assert {one.key for one in run_.view().way} == set(run_.way)
