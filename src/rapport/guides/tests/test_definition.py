"""Guides as they are written: what is read, and what is refused with its line and reason."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.guides.definition.answers import read_answer
from rapport.guides.definition.conditions import hold
from rapport.guides.definition.insertions import fill
from rapport.guides.definition.known import NOTHING_KNOWN, Known
from rapport.guides.definition.reading import GuideInvalid, read_guide, schema, warnings
from rapport.guides.definition.rules import Condition, FieldRules
from rapport.guides.playing import failures
from rapport.guides.tests.written import CANCEL
from rapport.kit.errors import Invalid

LEAST = 'name = "Least"\n[[steps]]\nkey = "hello"\nkind = "close"\ntitle = "Hello"\n'
KNOWN = Known(
    reasons=["cancel"], segments=["priority"], skills=["retention"], objections=["too_dear"], slots=["save"]
)


def refused(text: str, known: Known = NOTHING_KNOWN) -> list[tuple[int, str]]:
    with pytest.raises(GuideInvalid) as caught:
        read_guide(text, known)
    return caught.value.faults


def told(text: str, known: Known = NOTHING_KNOWN) -> str:
    return "\n".join(f"{line}: {words}" for line, words in refused(text, known))


def test_a_guide_reads_and_its_own_cases_hold() -> None:
    guide = read_guide(CANCEL, KNOWN)
    assert [step.key for step in guide.steps][:3] == ["greet", "hear", "sort"]
    assert failures(guide) == []


def test_the_same_guide_as_json() -> None:
    assert read_guide(json.dumps(tomllib.loads(CANCEL), indent=1), KNOWN) == read_guide(CANCEL, KNOWN)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('key = "hear"', 'key = "greet"', "Two steps have the key 'greet'"),
        ('key = "hear"', 'key = "end"', "No step can have the key 'end'"),
        ('next = "sort"', 'next = "nowhere"', "There is no step 'nowhere'"),
        ('next = "sort"', 'next = "price"', "'price' is an aside"),
        ('next = "sort"', 'next = "hear"', "It leads to itself"),
        ('next = "sort"', 'next = "close"', "No way leads to 'sort'"),
        ('\nnext = "terms"', "", "Say where it goes otherwise"),
        ('field = "why", is = ["price"]', 'field = "wy", is = ["price"]', "There is no fact or field 'wy'"),
        ('field = "why", is = ["price"]', 'field = "why", is = ["prize"]', "There is no choice 'prize'"),
        ('field = "why", is = ["price"]', 'field = "why"', "It asks nothing"),
        ('field = "why", is = ["price"]', 'field = "why", at_least = 3', "has no order"),
        ('asks = ["account"]', 'asks = ["acount"]', "There is no field 'acount'"),
        ("{customer.years|these}", "{customer.yeers}", "There is no insertion 'customer.yeers'"),
        ("{customer.years|these}", "{customer.years", "A brace is left over"),
        ('reasons = ["cancel"]', 'reasons = ["cancle"]', "There is no reason 'cancle'"),
        ('is = ["priority"]', "is = [true]", ""),
        ('skill = "retention"', 'skill = "charm"', "There is no skill 'charm'"),
        ('skill = "retention"', "", "Levels are of a skill"),
        ('skill = "retention"', "quiet_from = 3", "Levels are of a skill"),
        ('objections = ["too_dear"]', 'objections = ["dear"]', "There is no objection 'dear'"),
        ('slot = "save"', 'slot = "rescue"', "There is no slot of offers 'rescue'"),
        ('slot = "save"', "", "Name the slot of offers"),
        ('words = "The notice period is one month."\n', "", "needs its words"),
        ('required = "when"', 'required = "always"', "They say when it is required"),
        ("fixed_order = true\nreorder_from", "reorder_from", "It has no fixed order"),
        ('kind = "ask"', 'kind = "say"\nconnector = "x"', "Only a do step reaches"),
        (
            'words = "What made you decide?"\ntouch_point = "free"\nrequired = "always"\nasks',
            "gives",
            "It asks nothing",
        ),
        ('branches = [{ when = [{ field = "why", is = ["price"] }], to = "offer" }]', "", "It has no branches"),
        ("aside = true", "aside = true\nfixed_order = true", "After an aside"),
        ('choices = ["price", "moving", "other"]', "", "A choice needs its choices"),
        ('saves = "file:likes"', 'saves = "file:segment"', "nothing to save to"),
        ('label = "Account"', 'label = "Account"\nleast = 5\nmost = 2', "The least is more than the most"),
        ("optional = true", "optional = true\nmost = 2", "Only a number or money"),
        ('key = "greet"', 'key = "Greet!"', "a key has small letters"),
        ('title = "Greet"', 'title = "Greet"\ncolour = "red"', "There is nothing called 'colour'"),
        ("skip_from = 4", "skip_from = 9", "at most 5 is wanted"),
    ],
)
def test_what_is_wrong_is_refused_where_it_stands(old: str, new: str, words: str) -> None:
    assert old in CANCEL
    text = CANCEL.replace(old, new, 1)
    if not words:
        read_guide(text, KNOWN)
        return
    faults = refused(text, KNOWN)
    assert words in "\n".join(words for _, words in faults)
    assert all(1 <= line <= text.count("\n") + 1 for line, _ in faults)


def test_a_fault_is_told_with_its_line() -> None:
    assert refused(LEAST.replace('"close"', '"shout"')) == [
        (4, "kind: 'say', 'ask', 'do', 'check', 'branch', 'offer', 'objection' or 'close' is wanted.")
    ]


def test_round_and_round_is_refused() -> None:
    again = '[[steps]]\nkey = "again"\ntitle = "Again"\nnext = "hello"\n'
    assert "there is no way to the end" in told(LEAST.replace('kind = "close"', 'next = "again"') + again)
    whens = '[{ when = [{ field = "rep.name", known = true }], to = "end" }]'
    branches = [
        f'[[steps]]\nkey = "{key}"\nkind = "branch"\ntitle = "B"\nnext = "{to}"\nbranches = {whens}\n'
        for key, to in (("a", "b"), ("b", "a"))
    ]
    assert "branches round to itself" in told(LEAST.replace('"close"', '"say"') + "".join(branches))


def test_a_last_step_that_leads_nowhere_is_refused() -> None:
    assert "leads nowhere" in told(LEAST.replace('"close"', '"say"'))
    assert read_guide(LEAST.replace('"close"', '"say"\nnext = "end"'))


def test_only_asides_are_no_guide() -> None:
    assert "Every step is an aside" in told(LEAST.replace('"close"', '"say"\naside = true'))


def test_what_is_unusual_is_told_and_not_refused() -> None:
    text = LEAST.replace('"close"', '"say"\nnext = "end"').replace(
        "[[steps]]", '[fields.x]\nlabel = "X"\n[[steps]]'
    )
    told_of = warnings(text, read_guide(text))
    assert [words for _, words in told_of] == [
        "No step asks for 'x'.",
        "No step closes: say what was done, what happens next, and thanks.",
    ]
    assert told_of[0][0] == 2


def test_a_case_that_comes_out_otherwise_is_told() -> None:
    wrong = read_guide(CANCEL.replace('open = ["hear", "terms"]', 'open = ["terms"]'))
    assert "still open: hear, terms; expected: terms" in failures(wrong)[0].words
    allowed = read_guide(CANCEL.replace("[[tests]]", "[[tests]]\nlevel = 3"))
    assert "should be refused and is not" in failures(allowed)[0].words


WHENS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"field": "a", "is": ["X"]}, {"a": "x"}, True),
    ({"field": "a", "is": ["x"]}, {}, False),
    ({"field": "a", "is_not": ["x"]}, {}, True),
    ({"field": "a", "is_not": ["x"]}, {"a": ["y", "x"]}, False),
    ({"field": "a", "is": [True]}, {"a": 1}, False),
    ({"field": "a", "is": [1]}, {"a": "1.0"}, True),
    ({"field": "a", "at_least": 50}, {"a": "50.00"}, True),
    ({"field": "a", "at_most": 50}, {"a": "50.01"}, False),
    ({"field": "a", "at_most": 50}, {"a": "much"}, False),
    ({"field": "a", "at_least": "2026-01-01"}, {"a": "2025-12-31"}, False),
    ({"field": "a", "known": False}, {"a": ""}, True),
    ({"any_of": [{"field": "a", "is": [1]}, {"field": "b", "known": True}]}, {"b": 0}, True),
]


@pytest.mark.parametrize(("said", "facts", "holds"), WHENS)
def test_conditions(said: dict[str, Any], facts: dict[str, Any], holds: bool) -> None:
    assert hold([Condition.model_validate(said)], facts) is holds


def test_insertions() -> None:
    assert fill("Hi {a.b|there}, {c}", {"c": ["x", "y"]}) == "Hi there, x, y"
    assert fill("{a}", {"a": ""}) == "…"
    assert fill("Good day {a|}, how are {b|}you {c|}", {}) == "Good day, how are you"
    assert fill("{a}", {"a": "{b}", "b": "no"}) == "{b}"  # what is inserted is not read again


@pytest.mark.parametrize(
    ("rules", "given", "kept"),
    [
        ({"type": "number", "least": 1}, "2", 2),
        ({"type": "number"}, "2.5", 2.5),
        ({"type": "number", "most": 1}, "2", None),
        ({"type": "number"}, "1e400", None),
        ({"type": "number"}, "NaN", None),
        ({"type": "money"}, "12.5 EUR", "12.50"),
        ({"type": "money"}, "12.505", None),
        ({"type": "date"}, "2026-11-22", "2026-11-22"),
        ({"type": "date"}, "22.11.2026", None),
        ({"type": "yes_no"}, "Yes", True),
        ({"type": "yes_no"}, "maybe", None),
        ({"type": "choice", "choices": ["a"]}, "a", "a"),
        ({"type": "choice", "choices": ["a"]}, "b", None),
        ({"type": "email"}, "Ada@Example.org", "ada@example.org"),
        ({"type": "email"}, "ada", None),
        ({"type": "telephone"}, "+49 30 123", "+4930123"),
        ({"type": "telephone"}, "call me", None),
        ({"type": "text"}, " card 4111 1111 1111 1111 ", "card •••• 1111"),
        ({"type": "text"}, "x" * 501, None),
        ({"type": "text"}, "a\0b", None),
    ],
)
def test_answers(rules: dict[str, Any], given: str, kept: Any) -> None:
    field = FieldRules.model_validate({"label": "It", **rules})
    if kept is None:
        with pytest.raises(Invalid, match="It: "):
            read_answer(field, given)
    else:
        assert read_answer(field, given) == kept


@settings(max_examples=150)
@given(st.integers(0, len(CANCEL)), st.sampled_from(['"', "[", "]", "{", "\n", "=", "é", "\0", "key = 1", "'''"]))
def test_a_mangled_guide_is_read_or_refused_with_lines(at: int, put: str) -> None:
    text = CANCEL[:at] + put + CANCEL[at:]
    try:
        read_guide(text, KNOWN)
    except GuideInvalid as error:
        assert all(1 <= line <= text.count("\n") + 2 and words for line, words in error.faults)


def test_the_schema_names_every_part() -> None:
    parts = {"name", "key", "for", "freedom", "self_service", "fields", "steps", "tests"}
    assert set(schema()["properties"]) == parts


def test_the_example_of_the_documentation_holds() -> None:
    text = (Path(__file__).parents[4] / "examples" / "guides" / "cancel.toml").read_text()
    guide = read_guide(text)
    assert (failures(guide), warnings(text, guide)) == ([], [])
