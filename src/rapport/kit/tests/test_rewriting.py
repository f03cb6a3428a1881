"""Texts that forms change: they say what they should, and keep what people wrote beside it."""

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.kit import toml
from rapport.kit.rewriting import rewrite

TEXT = '''# Who wants to leave.
name = "Cancel"   # as reps call it
self_service = true

[for]
# the reason of the contact
reasons = ["cancel"]

# Why they leave.
[fields.why]
label = "Why?"

[[steps]]
key = "greet"
title = "Greet"   # always
words = """
# not a comment
Good day."""

# The heart of it.
[[steps]]
key = "hear"
title = "Hear why"
# ask openly
asks = [
  "why",  # one answer
]

[[steps.branches]]
when = [{ field = "why", is = ["price"] }]
to = "close"

[[steps]]
key = "close"
title = "Close"

[[tests]]
name = "One"
'''


def changed(change: Any) -> str:
    content = tomllib.loads(TEXT)
    change(content)
    text = rewrite(TEXT, content)
    assert tomllib.loads(text) == content
    return text


def test_nothing_to_change_changes_nothing() -> None:
    assert changed(lambda content: None) == TEXT


def test_what_is_not_changed_stays_as_it_was_written() -> None:
    text = changed(lambda content: content["steps"][1].update(title="Hear", kind="ask", asks=["why"]))
    assert text == TEXT.replace('"Hear why"', '"Hear"').replace("\n]\n", '\n]\nkind = "ask"\n')
    text = changed(lambda content: content.update(name="Leave", self_service=False))
    assert text == TEXT.replace('"Cancel"', '"Leave"').replace("true", "false")


def test_steps_move_and_go_with_their_comments() -> None:
    text = changed(lambda content: content["steps"].insert(0, content["steps"].pop(1)))
    assert text.index("# The heart of it.") < text.index('"hear"') < text.index("[[steps.branches]]")
    assert text.index("[[steps.branches]]") < text.index('"greet"') and "# ask openly" in text
    text = changed(lambda content: content["steps"].pop(1))
    assert "heart" not in text and "# Why they leave." in text and "[[steps.branches]]" not in text


def test_what_is_new_stands_with_its_like() -> None:
    def change(content: Any) -> None:
        content["steps"].insert(1, {"key": "new", "title": "New"})
        content["fields"]["to"] = {"label": "Where to?"}
        content["freedom"] = {"skill": "retention"}
        content["tests"].append({"name": "Two"})
        content["steps"][2]["branches"].append({"when": [{"field": "why", "known": False}], "to": "end"})
        del content["for"]["reasons"]

    text = changed(change)
    order = ["[fields.why]", "[fields.to]", "[freedom]", '"greet"', '"new"', '"hear"', '"One"', '"Two"']
    assert sorted(order, key=text.index) == order
    assert "# The heart of it." in text and "# not a comment" in text


def test_what_cannot_be_changed_in_part_is_written_anew() -> None:
    text = 'name = "A"\nsteps = [{ key = "a" }, { key = "b" }]\n'
    content = tomllib.loads(text)
    content["steps"][0]["title"] = "One"
    assert tomllib.loads(rewrite(text, content)) == content
    assert json.loads(rewrite('{"name": "A"}', {"name": "B"})) == {"name": "B"}


VALUES = st.one_of(
    st.booleans(), st.integers(-5, 5), st.text(max_size=6), st.lists(st.text(max_size=3), max_size=3)
)
NAMES = st.sampled_from(["a", "b", "key", "with space"])
TABLES = st.dictionaries(NAMES, VALUES, max_size=3)
CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        "name": VALUES,
        "for": TABLES,
        "fields": st.dictionaries(NAMES, TABLES, max_size=3),
        "steps": st.lists(
            st.dictionaries(NAMES, st.one_of(VALUES, st.lists(TABLES, max_size=2)), max_size=3), max_size=4
        ),
        "tests": st.lists(st.dictionaries(NAMES, st.one_of(VALUES, TABLES), max_size=3), max_size=2),
    },
)


@settings(max_examples=60)
@given(old=CONTENTS, new=CONTENTS)
def test_whatever_is_asked_for_is_what_the_text_says(old: dict[str, Any], new: dict[str, Any]) -> None:
    text = toml.write(old)
    assert tomllib.loads(text) == old
    assert tomllib.loads(rewrite(text, new)) == new


@pytest.mark.parametrize("text", ["", "# only words\n", "a = 1"])
def test_short_texts_grow(text: str) -> None:
    assert tomllib.loads(rewrite(text, {"b": 2, "steps": [{"key": "x"}]})) == {"b": 2, "steps": [{"key": "x"}]}
