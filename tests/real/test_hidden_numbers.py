"""What people typed in thousands of real conversations: their PINs are hidden, and nothing else is."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.kit.redaction import mask, mask_answer

DATA = Path(__file__).parents[3] / "shared/data"
DIALOGUES = DATA / "star/dialogues.jsonl.gz"
pytestmark = pytest.mark.skipif(not DIALOGUES.exists(), reason=f"the real dialogues are not here ({DIALOGUES})")
SAID = ("utter", "pick_suggestion")


def messages() -> Iterator[tuple[str, str, set[str]]]:
    """Yield each message with what it answers (a customer's only), and the PINs that were told in the dialogue."""
    with gzip.open(DIALOGUES, "rt") as file:
        for line in file:
            events = json.loads(line)["Events"]
            pins = {str(one["PIN"]).strip('"') for e in events for one in e.get("Constraints", []) if "PIN" in one}
            asked = ""
            for event in events:
                if event.get("Action") in SAID:
                    is_customer = event["Agent"] == "User"
                    yield event["Text"], asked if is_customer else "", pins
                    asked = asked if is_customer else event["Text"]


def test_pins_are_hidden_and_little_else_is() -> None:
    count = hidden = seen = 0
    others: list[str] = []
    for text, before, pins in messages():
        count += 1
        shown = mask_answer(before, text).text
        typed = {pin for pin in pins if re.search(rf"(?<!\d){pin}(?!\d)", text)}
        gone = {pin for pin in typed if not re.search(rf"(?<!\d){pin}(?!\d)", shown)}
        hidden, seen = hidden + len(gone), seen + len(typed)
        if shown != text and not gone:
            others.append(text)
    print(f"{count:,} messages; {hidden} of {seen} PINs hidden; {len(others)} other messages changed: {others}")
    assert count > 60_000
    assert hidden / seen > 0.9
    assert len(others) < 10


@pytest.mark.parametrize("folder", ["banking77", "abcd_policies", "bank_churners", "anonymous_bank"])
def test_texts_and_tables_without_secrets_stay_as_they_are(folder: str) -> None:
    changed, lines = [], 0
    for path in sorted((DATA / folder).rglob("*")):
        if path.is_file():
            with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
                for line in file:
                    lines += 1
                    changed += [line] if mask(line).text != line else []
    assert lines > 100
    assert changed == []
