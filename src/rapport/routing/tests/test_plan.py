"""Plans of routing: what is taken, and what is refused with its line and reason."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.kit.documents import MOST_CHARACTERS
from rapport.kit.lines import line_of, lines_of
from rapport.routing.plan.checks import Known
from rapport.routing.plan.reading import PlanInvalid, read_plan, schema

EXAMPLE = (Path(__file__).parents[4] / "examples" / "routing" / "plan.toml").read_text()
KNOWN = Known(reasons=["cancel"], segments=["priority"], teams=["north"], tiers=["rep"], people=["rep"])
LEAST = '[queues.main]\nname = "Main"\n[[queues.main.routes]]\nsteps = [{ anyone = true }]\n'


def refused(text: str, known: Known = KNOWN) -> list[tuple[int, str]]:
    with pytest.raises(PlanInvalid) as caught:
        read_plan(text, known)
    return caught.value.faults


def test_the_example_is_a_plan() -> None:
    plan = read_plan(EXAMPLE, KNOWN)
    assert [step.seconds for step in plan.queues["main"].routes[0].steps] == [30, 60, None]
    assert plan.capacity.limits == {"chat": 3, "email": 5, "voice": 1}


def test_the_same_plan_as_json() -> None:
    content = tomllib.loads(EXAMPLE)
    assert read_plan(json.dumps(content, indent=1), KNOWN) == read_plan(EXAMPLE, KNOWN)


SECOND = "[[queues.main.routes]]\nsteps = [{ anyone"
TWICE = SECOND.replace("\n", '\nreasons = ["cancel"]\n')
LAST = """[queues.last]
name = "Last"
routes = [{ steps = [{ anyone = true }] }]
[queues.everybody]
overflow = { after_seconds = 600, to = "last" }"""
IN_CANCEL = "{ skills = { retention = 2 }, seconds = 60 }"


@pytest.mark.parametrize(
    ("old", "new", "shown", "words"),
    [
        (
            "retention = 4",
            "retantion = 4",
            "",
            "There is no skill 'retantion'; there are: disputes, german, retention.",
        ),
        ("retention = 4", "retention = 6", "", "retention: at most 5 is wanted"),
        (IN_CANCEL, "{ seconds = 60 }", "", "It names nobody"),
        (IN_CANCEL, "{ skills = { retention = 4 }, seconds = 60 }", "", "Step 1 admits everybody this"),
        (IN_CANCEL, "{ skills = { retention = 2 } }", "", "Say after how many seconds"),
        (IN_CANCEL, "{ anyone = true, teams = ['north'], seconds = 9 }", "", "It says who and anyone"),
        (IN_CANCEL, "{ teams = ['south'], seconds = 9 }", "", "There is no team 'south'; there are: north."),
        (IN_CANCEL, "{ tiers = ['chief'], seconds = 9 }", "", "There is no tier 'chief'"),
        (IN_CANCEL, "{ people = ['nobody'], seconds = 9 }", "", "There is no person 'nobody'"),
        (
            "{ skills = { retention = 1 } }",
            "{ skills = { retention = 1 }, seconds = 5 }",
            "",
            "The last step stays",
        ),
        ('reasons = ["cancel"]', 'reasons = ["moon"]', "", "There is no reason 'moon'"),
        ('reasons = ["cancel"]', "", SECOND, "Route 1 takes all other contacts already"),
        ("steps = [{ anyone = true }]", "steps = []", "", "steps: at least 1 is wanted"),
        (SECOND, TWICE, TWICE, "Route 1 takes contacts for 'cancel' already"),
        (SECOND, TWICE, "[[queues.main.routes]]", "No route takes contacts for other reasons"),
        ('to = "everybody"', 'to = "nowhere"', "", "There is no queue 'nowhere'"),
        ('to = "everybody"', 'to = "main"', "", "circle: main → main"),
        ('name = "Everybody"', 'name = "E"\nchannel = "email"', 'to = "everybody"', "of another channel (email)"),
        (
            'name = "Everybody"',
            'name = "E"\noverflow = { after_seconds = 5, to = "main" }',
            "overflow = { after_seconds = 5",
            "everybody → main → ev",
        ),
        (
            'overflow = { after_seconds = 600, to = "everybody" }',
            " ",
            "[queues.everybody]",
            "No contact comes to it",
        ),
        ("[queues.everybody]", LAST, 'to = "everybody"', "sends them on after 600 s in all"),
        ('2026-12-24 = "08:00-12:00"', '2026-12-24 = "8-12"', "", "'8-12' are no hours"),
        ('calendar = "office"', 'calendar = "shop"', "", "There is no calendar 'shop'; there are: office."),
        ("sat 09:00-14:00", "sat 9-14", "hours =", "'9-14' are no hours"),
        ("13:00-20:00", "11:00-20:00", "hours =", "overlap; write them as one"),
        ("Europe/Berlin", "Europe/Atlantis", "zone =", "no time zone 'Europe/Atlantis'"),
        ("Europe/Berlin", "../../etc/passwd", "zone =", "no time zone"),
        ("2026-12-24 =", "2026-12-25 =", '2026-12-25 = "08', "is a holiday too"),
        ("2026-12-24 =", "2026-13-24 =", "", "a day such as"),
        ("segments = { priority", "segments = { gold", "", "There is no segment 'gold'"),
        ("ceiling_minutes = 10", "ceiling_minutes = nan", "", "finite number"),
        ("random_share = 0.05", "random_share = 5", "", "at most 1 is wanted"),
        ("random_share = 0.05", "random_shore = 0.05", "", "There is nothing called 'random_shore' here."),
        ('by = "longest_idle"', 'by = "prettiest"', "", "'longest_idle', 'least_occupied'"),
        ("chat = 3", "chat = 0", "", "at least 1 is wanted"),
        ('name = "Main"', "", "[queues.main]", "'name' is missing"),
        ("[queues.main]", "[queues.main", "", "This is no TOML"),
        ("[recontact]", "[choice]", "[choice]\nwithin", "This is no TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, shown: str, words: str) -> None:
    text = EXAMPLE.replace(old, new, 1)
    assert text != EXAMPLE
    line = text[: text.index(shown or new)].count("\n") + 1
    faults = refused(text)
    assert any(words in told and at == line for at, told in faults), (line, faults)


def test_all_faults_are_told_at_once_in_order() -> None:
    text = EXAMPLE.replace("retention = 4", "x = 4").replace('to = "everybody"', 'to = "y"')
    lines = [text[: text.index(part)].count("\n") + 1 for part in ('to = "y"', "x = 4")]
    assert [line for line, _ in refused(text)] == lines


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "'queues' is missing"),
        ("{", "This is no JSON"),
        ('{"queues": {}, "queues": {}}', "'queues' is given twice"),
        ("[" * 100_000, "This is no TOML"),
        ('{"a":' * 30_000, "nested too deep"),
        ("#" * (MOST_CHARACTERS + 1), "at most 200,000 characters"),
        ("queues = 5", "a table of names"),
        ("\x00", "This is no TOML"),
    ],
)
def test_what_is_no_plan(text: str, words: str) -> None:
    assert words in refused(text)[0][1]


def test_many_faults_are_counted() -> None:
    steps = "\n".join(f"  {{ skills = {{ s{n} = 1 }}, seconds = 1 }}," for n in range(30))
    text = LEAST.replace("[{ anyone = true }]", f"[\n{steps}\n{{ anyone = true }}]")
    with pytest.raises(PlanInvalid, match="And 10 more"):
        read_plan(text)


def test_the_schema_names_every_part() -> None:
    told = schema()
    assert told["required"] == ["queues"]
    assert {"Step", "QueueRules", "Priority", "Capacity"} <= told["$defs"].keys()


@settings(max_examples=200)
@given(st.text(alphabet="[]{}=\"'#.,:\n ab1-", max_size=60) | st.text(max_size=60))
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        read_plan(text)
    except PlanInvalid as error:
        assert all(1 <= line <= text.count("\n") + 1 for line, _ in error.faults)


names = st.text(alphabet="abc\"'\\\n]}é", max_size=4)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | names
trees = st.dictionaries(
    names,
    st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)),
    max_size=4,
)


@settings(max_examples=100)
@given(trees)
def test_each_value_of_json_is_found_on_its_line(tree: dict[str, Any]) -> None:
    text = json.dumps(tree, indent=1, ensure_ascii=False)
    found = lines_of(text)
    rows = text.split("\n")
    for path, value in walk(tree, ()):
        row = rows[found[path] - 1].strip()
        told = json.dumps(path[-1], ensure_ascii=False) + ":" if isinstance(path[-1], str) else ""
        assert row.startswith(told)
        assert row.removeprefix(told).lstrip().startswith(json.dumps(value, ensure_ascii=False)[:1])


def walk(value: Any, path: tuple[Any, ...]) -> Any:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        if not (isinstance(key, str) and any(c in key for c in "\"'\\\n")):  # kept as written, not as meant
            yield (*path, key), each
            yield from walk(each, (*path, key))


def test_lines_of_toml_through_arrays_of_tables() -> None:
    text = """a.b = 1
[[c]]
x = [1,
  2] # y = 3
[c.d]
z = '''
[not.a.table]
'''
[[c]]
'x' = \"a = b\"
[[c.e]]
k = { m = [ { n = 1 } ] }
"""
    tomllib.loads(text)
    lines = lines_of(text)
    assert lines["a", "b"] == 1
    assert (lines["c", 0], lines["c", 0, "x", 1], lines["c", 0, "d", "z"]) == (2, 4, 6)
    assert (lines["c", 1], lines["c", 1, "x"], lines["c", 1, "e", 0, "k", "m", 0, "n"]) == (9, 10, 12)
    assert line_of(lines, ("c", 1, "x", 5, "deep")) == 10
    assert line_of(lines, ("nothing",)) == 1
