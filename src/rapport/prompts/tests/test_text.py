from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.prompts.text import grams, wordpiece
from rapport.prompts.text import remembered as memory
from rapport.prompts.text.vectors import WIDTH, Vectors, vectors
from rapport.prompts.text.wordpiece import END, START, UNKNOWN, pieces

VOCABULARY = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"


def test_the_vocabulary_is_the_models_to_the_letter() -> None:
    file = Path(wordpiece.__file__).with_name("vocabulary.txt")
    assert sha256(file.read_bytes()).hexdigest() == VOCABULARY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, how can I help?", [7592, 1010, 2129, 2064, 1045, 2393, 1029]),
        ("an extra £1 charge", [2019, 4469, 14534, 3715]),
        ("HÉLLO\u200b   hello", [7592, 7592]),
        ("", []),
        ("日", [1864]),
        ("x" * 101, [UNKNOWN]),
    ],
)
def test_pieces_are_those_the_model_learnt(text: str, expected: list[int]) -> None:
    assert pieces(text, 64) == [START, *expected, END]


@given(st.text(), st.integers(2, 20))
def test_any_text_has_pieces_and_never_too_many(text: str, most: int) -> None:
    found = pieces(text, most)
    assert len(found) <= most
    assert (found[0], found[-1]) == (START, END)


def test_near_meanings_have_near_vectors() -> None:
    want, near, far = vectors(["I lost my card", "my card has gone missing", "what will the weather be tomorrow?"])
    assert want @ near > 0.6 > 0.3 > want @ far
    assert np.linalg.norm(want) == pytest.approx(1.0, abs=1e-5)


def test_nothing_said_is_like_nothing() -> None:
    assert vectors([]).shape == (0, WIDTH)
    assert not vectors(["", "  \n"]).any()


def test_a_vector_hardly_moves_with_what_else_is_asked() -> None:
    alone = vectors(["I want to close my account"])
    among = vectors(["I want to close my account", "my card was stolen", "hi", "where are you?"])
    assert float(alone[0] @ among[0]) > 0.97


def test_what_is_remembered_is_computed_once_and_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def counted(sentences: Sequence[str]) -> Vectors:
        asked.append(list(sentences))
        return vectors(sentences)

    monkeypatch.setattr(memory, "vectors", counted)
    monkeypatch.setattr(memory, "_kept", {})
    monkeypatch.setattr(memory, "MOST_KEPT", 2)
    first = memory.remembered(["one card", "two cards", "one card"])
    assert asked == [["one card", "two cards"]]
    assert (first[0] == first[2]).all()
    assert (memory.remembered(["two cards"]) == first[1]).all()
    assert len(asked) == 1
    memory.remembered(["three cards"])
    memory.remembered(["one card"])
    assert asked[1:] == [["three cards"], ["one card"]]
    assert memory.remembered([]).shape == (0, WIDTH)


def test_grams_are_words_pairs_and_letters_and_the_unknown_is_left_out() -> None:
    known = grams.learn(["top up", "top off"])
    assert {"top", "up", "top up", "~ top ", "~ to"} <= set(known.places)
    rows = known.matrix(["top up", "", "zzz"])
    assert rows.shape == (3, len(known.places))
    assert rows[[0]].multiply(rows[[0]]).sum() == pytest.approx(2.0)
    assert rows[[1, 2]].sum() == 0
    assert set(grams.learn(["top up", "top off"], least=2).places) >= {"top"}
    assert "up" not in grams.learn(["top up", "top off"], least=2).places
