"""What a situation shows, as signs: those that mean the same in every script, and those of one script alone."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rapport.prompts.steps.dialogues import Situation
from rapport.prompts.text.grams import words

YES = frozenset(words("yes yeah yep yup sure ok okay please correct right absolutely definitely fine"))
NO = frozenset(words("no not nope nah don dont never nothing"))
THANKS = frozenset(words("thanks thank bye goodbye thx"))
GREETING = frozenset(words("hello hi hey"))
COMMON = frozenset(words("the a an of is and at"))
BAD = re.compile(
    r"\b(un\w+ful|unfortunately|sorry|not|no|cannot|can't|fail\w*|unavailable|conflict\w*|wrong|incorrect|nothing"
    r"|too small|another|must|don't|unable|missing|booked at)\b"
)
GOOD = re.compile(
    r"\b(available|success\w*|booked|confirmed|scheduled|correct|great|right|reserved|unlocked|recovered|done|happy"
    r"|found|thank)\b"
)
OPENERS = ("ask", "out", "anything", "inform")  # first words of a step's name that are no matter's


def tone(text: str) -> str:
    """Say whether words tell of something good, bad or neither."""
    low = text.lower()
    return "bad" if BAD.search(low) else "good" if GOOD.search(low) else "plain"


def generic(step: str) -> str:
    """Return a step's name without its matter: `hotel_ask_day` and `plane_ask_day` are alike."""
    parts = step.split("_")
    if parts[0] == "goodbye" or parts[-1] == "bye":
        return "bye"
    return "_".join(parts[1:] if len(parts) > 1 and parts[0] not in OPENERS else parts)


def kind(step: str) -> str:
    """Return what sort of a step it is: ask, inform, confirm, bye …"""
    name = generic(step)
    if name in ("bye", "hello", "anything_else", "out_of_scope", "custom"):
        return name
    return "nothing" if "nothing_found" in name else name.split("_")[0]


def message(item: dict[str, Any]) -> str:
    """Return what a result says in words."""
    return " ".join(str(value) for name, value in item.items() if name == "Message" or "Status" in name)


def common(now: Situation) -> list[str]:
    """Return the signs that mean the same in every script."""
    last = now.done[-1] if now.done else ""
    sort = kind(last) if last else "none"
    said = set(words(now.words))
    shown = list(_tokens(now.words, said))
    result, fresh = _result(now), int(now.fresh)
    return [
        "1", f"last {now.last}", f"kind {sort}", f"step {generic(last) if last else ''}",
        f"turn {min(len(now.done), 6)}",
        *(f"shows {each}" for each in shown),
        *(f"{sort} shows {each}" for each in shown),
        *(f"{now.last} shows {each}" for each in shown),
        f"long {min(len(said) // 2, 6)}", f"result {result}", f"result {fresh} {result}",
        f"request {fresh} {now.request}", f"both {fresh} {result} {now.request}",
        f"inquiries {min(now.inquiries, 3)}", f"{sort} fresh {fresh}",
        *_answered(now, said, sort),
        *_left(now),
        *(f"word {word}" for word in said),
        *(f"heard {word}" for word in set(words(" ".join(now.said)))),
        *(f"given {name}" for name in now.given),
    ]  # fmt: skip


def own(now: Situation) -> list[str]:
    """Return the signs that a script's own model learns from: its steps and its customers' words."""
    one, two, three = (["", "", "", *now.done])[:-4:-1]
    heard = words(now.words)
    counts = Counter(now.done)
    fresh, result = int(now.fresh), f"{message(now.item or {})[:60]} {now.request} {_many(now)} {_result(now)}"
    return [
        f"one {one}", f"two {two}", f"pair {one} {two}", f"three {one} {two} {three}", f"last {now.last}",
        f"one {one} last {now.last}", f"fresh {fresh}", f"inquiries {min(now.inquiries, 4)}",
        f"turn {min(len(now.done), 12)}", f"result {result}", f"result {fresh} {result}", f"one {one} {result}",
        f"one {one} {fresh} {result}", f"times {one} {min(counts[one], 6)}", f"different {min(len(counts), 10)}",
        *(f"given {name}" for name in now.given),
        *(f"done {step}" for step in counts),
        *(f"word {word}" for word in set(heard)),
        *(f"one {one} word {word}" for word in set(heard)),
        *(f"heard {word}" for word in set(words(" ".join((*now.said, *now.since))))),
        *(f"free {word}" for word in set(words(now.free))),
        f"long {min(len(heard), 12)}", f"question {'?' in now.words}",
        *_answered(now, set(heard), one),
        *_left(now), *(f"one {one} {each}" for each in _left(now)),
    ]  # fmt: skip


def _tokens(text: str, said: set[str]) -> Iterator[str]:
    for name, known in (("yes", YES), ("no", NO), ("thanks", THANKS), ("greeting", GREETING)):
        if said & known:
            yield name
    if "?" in text:
        yield "question"
    if any(letter.isdigit() for letter in text):
        yield "number"


def _result(now: Situation) -> str:
    if now.item is None:
        return "none"
    told = message(now.item)
    return tone(told) if told else "data" if now.item else "empty"


def _many(now: Situation) -> str:
    return str(min(now.found, 2)) if isinstance(now.found, int) else ""


def _answered(now: Situation, said: set[str], last: str) -> list[str]:
    """Say whether what the customer said stands in the last result, once its turn is over: a quiz's answer."""
    if not now.item or now.fresh:
        return []
    skipped = ("APIName", "Question", "Message")
    values = [
        str(value) for name, value in now.item.items() if name not in skipped and not isinstance(value, list)
    ]
    met = int(bool(said & set(words(" ".join(values))) - COMMON))
    return [f"answered {met}", f"answered {met} {last}"]


def _left(now: Situation) -> list[str]:
    """Say how many entries of a result's list are still to be told, where it has one."""
    lists = [value for name, value in (now.item or {}).items() if isinstance(value, list) and "Detail" not in name]
    if not lists or not now.done:
        return []
    told = sum(1 for step in now.done[-8:] if "step" in step or step == now.done[-1])
    return ["list", f"left {max(-1, min(max(map(len, lists)) - told, 2))}"]
