"""What strangers might send, for tests that fuzz what reads it: odd texts, odd values, and good bytes damaged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st

FUZZED = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
BY_HTTP = settings(FUZZED, max_examples=20)
ODD = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\u202e",
    "\U0001f600",
    "é",
    "\u0661",
    "\r\n",
    "'\"",
    "%",
    "../..",
    "-1",
    "0",
    "1e999",
    "-1e308",
    "nan",
    "1" * 5000,
    "x" * 300,
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "2026-02-30",
    "null",
    "[]",
    "{{ 7*7 }}",
    "4111 1111 1111 1111",
)
TEXTS = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
"""Anything that JSON can say."""


def queries(*names: str, **good: list[str]) -> st.SearchStrategy[dict[str, str]]:
    """Return parameters of an address or a form: some left out, some as they should be, some odd."""
    known = {name: st.sampled_from(good.get(name, [""])) | TEXTS for name in (*names, *good)}
    return st.fixed_dictionaries({}, optional=known)


def objects(good: Mapping[str, Any], values: st.SearchStrategy[Any] = VALUES) -> st.SearchStrategy[dict[str, Any]]:
    """Return JSON objects like a good one, with some entries left out and some of another kind."""
    return st.fixed_dictionaries({}, optional={name: st.just(one) | values for name, one in good.items()})


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """Return good bytes with one to four places overwritten, cut off or doubled."""
    content = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        upto = at + draw(st.integers(0, 8))
        content[at:upto] = draw(st.binary(max_size=8) | st.just(bytes(content[at:upto]) * 2))
        if draw(st.integers(0, 9)) == 0:
            del content[at:]
    return bytes(content)


def as_toml(told: Mapping[str, Any]) -> str:
    """Write entries as TOML, tables within a line."""
    return "".join(f"{json.dumps(name)} = {_inline(value)}\n" for name, value in told.items() if value is not None)


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(name)} = {_inline(one)}" for name, one in value.items() if one is not None)
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(one) for one in value if one is not None) + "]"
    return json.dumps(value, ensure_ascii=False)
