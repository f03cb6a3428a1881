import gzip
import json
from pathlib import Path

import pytest

from rapport.kit.errors import Invalid
from rapport.prompts import examples, reasons
from rapport.prompts.cli import reasons as command
from rapport.prompts.examples import Example

SAID = {
    "lost_card": ["I lost my card", "my card was stolen", "somebody took my card", "cannot find my card any more"],
    "cancel": [
        "I want to close my account",
        "please cancel my card for good",
        "end my contract",
        "I am leaving you",
    ],
    "exchange_rate": ["what is the rate for euros?", "the exchange rate was bad", "which rate do I get abroad?"],
}


@pytest.fixture(scope="module")
def model() -> reasons.Reasons:
    return reasons.train([Example(text, reason) for reason, texts in SAID.items() for text in texts])


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("where is my card? I think I have lost it", "lost_card"),
        ("close the account for me please", "cancel"),
        ("how many dollars do I get for a pound?", "exchange_rate"),
    ],
)
def test_a_sentence_has_the_reason_it_is_like(model: reasons.Reasons, said: str, reason: str) -> None:
    assert model.guesses([said])[0].or_none() == reason


@pytest.mark.parametrize("said", ["", "hmm", "the weather is lovely in Lisbon today", "🙂🙂🙂", "0" * 5000])
def test_what_is_like_no_example_is_none_of_these(model: reasons.Reasons, said: str) -> None:
    assert model.guesses([said])[0].or_none() is None


def test_the_same_examples_give_the_same_model(model: reasons.Reasons) -> None:
    again = reasons.train([Example(text, reason) for reason, texts in SAID.items() for text in texts])
    assert again.guesses(["my card"]) == model.guesses(["my card"])


def test_one_reason_is_no_choice() -> None:
    with pytest.raises(Invalid, match="at least two"):
        reasons.train([Example("hello", "only")])


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return file


def test_the_command_trains_on_one_file_and_measures_on_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f'"{text}",{reason}' for reason, texts in SAID.items() for text in texts]
    train = written(tmp_path, "train.csv.gz", "\n".join(["text,category", *lines]))
    test = written(tmp_path, "test.csv", "text,category\nmy card is lost,lost_card\nclose it,lost_card\n")
    foreign = written(tmp_path, "foreign.csv", "text,category\nwill it rain today?,weather\n")
    assert command.run(["--train", str(train), "--test", str(test), "--foreign", str(foreign), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["accuracy"], told["n"]) == (0.5, 2)
    assert told["curve"][0] == {"threshold": 0.0, "answered": 1.0, "right": 0.5, "foreign": 1.0}
    assert told["curve"][-1]["foreign"] == 0.0
    assert command.run(["--train", str(train), "--test", str(test)]) == 0
    assert "50.0% of 2 sentences" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "text,reason\nx,y\n", "no header with the columns"),
        ("a.csv", "", "no header"),
        ("a.csv", "text,category\n", "no example"),
        ("a.csv", "text,category\nx,y\nz\n", "line 3"),
        ("a.csv", 'text,category\n"x" y,z\n', "no CSV"),
        ("b.csv.gz", None, "cannot be read"),
    ],
)
def test_a_file_at_fault_is_refused_in_words(tmp_path: Path, name: str, text: str | None, words: str) -> None:
    file = tmp_path / name
    file.write_bytes(("text,category\nx,y\n" if text is None else text).encode())
    with pytest.raises(Invalid, match=words):
        examples.read(file)


def test_no_file_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        examples.read(tmp_path / "none.csv")
