"""Writes values as TOML that people like to read: plain pairs first, then tables, then arrays of tables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
LONGEST_LINE = 110


def write(content: Mapping[str, Any]) -> str:
    """Return the text; a table within an array of tables stands on one line with its pair."""
    lines = _pairs(content)
    for name, value in content.items():
        if isinstance(value, Mapping):
            lines += _table(_name(name), value)
        elif _is_tables(value):
            for one in value:
                lines += ["", f"[[{_name(name)}]]", *_flat(one)]
    return "\n".join(lines).strip("\n") + "\n"


def pair(name: str, value: Any) -> str:
    """Return one pair; tables in its value stand on its line."""
    return f"{_name(name)} = {value_of(value, at=len(name) + 3)}"


def _table(path: str, content: Mapping[str, Any]) -> list[str]:
    pairs = _pairs(content)
    lines = ["", f"[{path}]", *pairs] if pairs or not content else []
    for name, value in content.items():
        if isinstance(value, Mapping):
            lines += _table(f"{path}.{_name(name)}", value)
        elif _is_tables(value):
            lines += [line for one in value for line in ("", f"[[{path}.{_name(name)}]]", *_flat(one))]
    return lines


def _pairs(content: Mapping[str, Any]) -> list[str]:
    return _flat({n: v for n, v in content.items() if not isinstance(v, Mapping) and not _is_tables(v)})


def _flat(content: Mapping[str, Any]) -> list[str]:
    return [pair(name, value) for name, value in content.items()]


def _is_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def value_of(value: Any, at: int = 0) -> str:
    """Return a value as it stands behind an equals sign; ``at``: how long the line is before it."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_name(name)} = {value_of(one)}" for name, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = [value_of(one) for one in value]
        flat = f"[{', '.join(items)}]"
        return flat if at + len(flat) <= LONGEST_LINE or not items else "[\n  " + ",\n  ".join(items) + ",\n]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return _text(value) if isinstance(value, str) else repr(value)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
