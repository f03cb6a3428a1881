"""Splits text into the pieces that the sentence model knows: words, or parts of words behind `##`.

The vocabulary beside this file is part of the model (BERT's, uncased, Apache-2.0, see NOTICE; 30,522 pieces, one
a line, the line's number is the piece's). Method: the longest piece first (Y. Wu et al., arXiv:1609.08144, section
4.1).
"""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

LONGEST_WORD = 100  # letters; a longer word is unknown, as the model learnt it
UNKNOWN, START, END = 100, 101, 102
DROPPED = frozenset(["Mn", "Cc", "Cf", "Co", "Cs"])  # accents and what does not print
ASCII_SIGNS = frozenset("$+<=>^`|~")  # taken for punctuation, unlike the signs of other currencies
IDEOGRAPHS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ceaf\U0002f800-\U0002fa1f]")


def pieces(text: str, most: int) -> list[int]:
    """Return the numbers of a text's pieces, `most` at most with the two that mark its start and end."""
    found = [START]
    for word in _plain(text).split():
        found += _pieces_of(word)
        if len(found) >= most:
            break
    return [*found[: most - 1], END]


def _plain(text: str) -> str:
    """Return the text in small letters without accents, with spaces around all that is a word of its own."""
    return "".join(map(_letter, unicodedata.normalize("NFD", text).lower()))


@lru_cache(maxsize=20_000)
def _letter(letter: str) -> str:
    kind = unicodedata.category(letter)
    if letter.isspace():
        return " "
    if kind in DROPPED or letter == "\ufffd":
        return ""
    alone = kind.startswith("P") or letter in ASCII_SIGNS or IDEOGRAPHS.match(letter)
    return f" {letter} " if alone else letter


@lru_cache(maxsize=20_000)
def _pieces_of(word: str) -> tuple[int, ...]:
    known = _vocabulary()
    if len(word) > LONGEST_WORD:
        return (UNKNOWN,)
    found: list[int] = []
    start = 0
    while start < len(word):
        end = len(word)
        before = "##" if start else ""
        while end > start and before + word[start:end] not in known:
            end -= 1
        if end == start:
            return (UNKNOWN,)
        found.append(known[before + word[start:end]])
        start = end
    return tuple(found)


@cache
def _vocabulary() -> dict[str, int]:
    lines = Path(__file__).with_name("vocabulary.txt").read_text(encoding="utf-8").splitlines()
    return {piece: number for number, piece in enumerate(lines)}
