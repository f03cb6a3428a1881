"""Files of the library: what is read, what is refused and on which line, and that writing and reading agree."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rapport.guides.library.content import KINDS, PARTS, Library
from rapport.guides.library.reading import Known, as_csv, as_toml, read_library
from rapport.kit.documents import DocumentInvalid
from rapport.kit.errors import Invalid

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
lists = st.lists(words, max_size=3)
keys = st.from_regex(r"\A[a-z0-9][a-z0-9_-]{0,8}\Z")
common: dict[str, Any] = {
    "owner": st.sampled_from(["", "sasha.lind"]),
    "review_on": st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    "language": st.sampled_from(["en", "de", "other"]),
}
fitting: dict[str, Any] = {**common, "reasons": lists, "segments": lists, "products": lists}
evidence = st.fixed_dictionaries({"fact": words, "source": words})
ENTRIES: dict[str, Any] = {
    "objections": st.fixed_dictionaries({**common, "name": words, "examples": lists}),
    "rebuttals": st.fixed_dictionaries(
        {
            **fitting,
            "objection": keys,
            "title": words,
            "approach": st.sampled_from(["price", "structural"]),
            "words": st.lists(words, min_size=1, max_size=3).map("\n".join),
            "evidence": st.lists(evidence, max_size=2),
        }
    ),
    "articles": st.fixed_dictionaries(
        {**fitting, "question": words, "answer": words, "news": st.sampled_from(["", "partner"])}
    ),
}


@st.composite
def libraries(draw: st.DrawFn) -> Library:
    """Some entries, each with a key of its own; what the model refuses is left out."""
    content: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
    for key in draw(st.lists(keys, unique=True, max_size=4)):
        part = draw(st.sampled_from(list(PARTS)))
        entry = draw(ENTRIES[part])
        try:
            content[part][key] = KINDS[PARTS[part]].model_validate(entry).model_dump()
        except ValidationError:
            continue
    return Library.model_validate(content)


@settings(max_examples=100)
@given(libraries())
def test_what_is_written_reads_back_as_the_same(library: Library) -> None:
    assert read_library(as_toml(library)) == library
    assert read_library(as_csv(library)) == library


@settings(max_examples=100)
@given(st.text(max_size=200), st.sampled_from(["", "kind,key,heading,text\n", "{", "[articles.a]\n"]))
def test_any_text_is_taken_or_refused(text: str, begin: str) -> None:
    try:
        read_library(begin + text)
    except Invalid as error:
        assert str(error)


TOML = """[objections.fee]
name = "The fee"

[rebuttals.fee]
objection = "nah"
title = "A year free"
approach = "friendly"
words = "I can"
evidence = [{ fact = "Most stay" }]

[articles.a]
question = "Why?"
answer = "So"
extra = 1
"""
CSV = """kind,key,heading,text,objection,approach,reasons
article,a,Why?,"So
it is",,,
article,B C,Why?,So,,,
nah,c,Why?,So,,,
article,a,Why?,So,,,
"""


def faults(text: str, known: Known | None = None) -> list[tuple[int, str]]:
    with pytest.raises(DocumentInvalid) as refused:
        read_library(text, known or Known())
    return refused.value.faults


def test_every_fault_of_a_file_is_told_with_its_line() -> None:
    told = faults(TOML)
    assert [line for line, _ in told] == [7, 9, 14]
    sound = TOML.replace("friendly", "price").replace(' "Most stay" }', ' "Most stay", source = "Us" }')
    told = faults(
        sound.replace("extra = 1\n", 'reasons = ["x"]\n'), Known(reasons=["cancel"], kinds={"a": "rebuttal"})
    )
    assert [line for line, _ in told] == [4, 5, 11, 14]
    assert "There is no objection 'nah'." in [words for _, words in told]


def test_every_fault_of_a_table_is_told_with_its_line() -> None:
    assert [line for line, _ in faults(CSV)] == [5, 6]
    assert [line for line, _ in faults("\n".join(CSV.splitlines()[:4]))] == [4]
    assert faults("kind,nah\n")[0][0] == 1
    assert faults("kind,key\narticle,a,b,c\n") == [(2, "This row has 4 cells; the first has 2.")]


def test_a_file_that_is_too_long_is_refused_unread() -> None:
    assert "at most 2,000,000 characters" in faults("#" * 2_000_001)[0][1]
    assert "at most 2,000,000 characters" in faults("kind,key\n" + "#" * 2_000_001)[0][1]


@pytest.mark.parametrize("answer", ["=1+1", "'=1+1", "''=1+1", "'quoted'", "-5", "- a list", "+ more", "@home"])
def test_what_looks_like_a_formula_goes_out_guarded_and_comes_back(answer: str) -> None:
    library = Library.model_validate({"articles": {"a": {"question": "Why?", "answer": answer}}})
    assert read_library(as_csv(library)) == library
    assert ",=" not in as_csv(library)
