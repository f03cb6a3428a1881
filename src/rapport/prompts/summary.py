"""The line for whoever talks to the customer next, taken from what was said and told; pure, and quick.

Nothing is made up: it quotes the customer's first sentence that tells something, and of both sides the one that
shares most with all that was said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapport.kit.redaction import HIDDEN
from rapport.prompts.by_words import telling

LONGEST = 500  # characters, as the wrap-up takes
LONGEST_QUOTE = 160
MOST_READ = 200  # sentences of either side
SHORTEST = 3  # words that tell something, of a sentence that is quoted
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


@dataclass(frozen=True, slots=True)
class Told:
    """What was said by whom (customer or rep) in order, what the guide was told, and what was done and promised.

    ``script`` is what the guide has reps say: repeating it tells nothing of this contact.
    """

    said: Sequence[tuple[str, str]] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    done: Sequence[str] = ()
    promised: Sequence[str] = ()
    script: Sequence[str] = ()


def summary_of(told: Told) -> str:
    """Return the line; empty where nothing tells anything."""
    theirs, ours = _sentences(told, "customer"), _sentences(told, "rep")
    weight = Counter(word for one in (*theirs, *ours) for word in telling(one))
    script = [words for one in told.script if (words := telling(one))]
    wish = " ".join(dict.fromkeys([*map(_short, theirs[:1]), _best(theirs[1:], weight)])).strip()
    fresh = [one for one in ours if not one.endswith("?") and not _is_script(telling(one), script)]
    promised = [one.casefold() for one in told.promised]
    fresh = [one for one in fresh if not any(each in one.casefold() for each in promised)]
    answer = _best(fresh, weight)
    parts = [
        f"They: “{wish}”" if wish else "",
        f"We: “{answer}”" if answer else "",
        *(f"{label.rstrip('?: ')}: {value}" for label, value in told.answers.items()),
        f"Done: {', '.join(told.done)}" if told.done else "",
        *(f"Promised: {one}" for one in told.promised),
    ]
    return _fitting([one if one.endswith("”") else one.rstrip(" .") + "." for one in parts if one])


def _sentences(told: Told, author: str) -> list[str]:
    texts = (text for by, text in told.said if by == author)
    found = (part.strip() for text in texts for part in _SENTENCE.findall(text))
    return [one for one in found if len(telling(one)) >= SHORTEST][:MOST_READ]


def _best(sentences: Sequence[str], weight: Mapping[str, int]) -> str:
    """Return the sentence that shares most with all that was said, for its length; hidden words tell nothing."""

    def worth(sentence: str) -> float:
        words = telling(sentence)
        shared = sum(min(weight[word], 4) for word in words) / (len(words) + 4)
        return shared * (0.5 if HIDDEN in sentence else 1.0)

    return _short(max(sentences, key=worth, default=""))


def _is_script(words: set[str], script: Sequence[set[str]]) -> bool:
    return any(len(words & one) >= 0.7 * len(words) for one in script)


def _short(sentence: str) -> str:
    if len(sentence) <= LONGEST_QUOTE:
        return sentence
    return sentence[: LONGEST_QUOTE - 1].rsplit(" ", 1)[0] + "…"


def _fitting(parts: Sequence[str]) -> str:
    """Return as many of the parts, in order, as fit into the line."""
    line = ""
    for part in parts:
        longer = f"{line} {part}".strip()
        if len(longer) > LONGEST:
            break
        line = longer
    return line
