"""The form of a list's criteria: lines that are all to hold, those joined by "or" together as one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from rapport.kit.documents import DocumentInvalid
from rapport.outreach.lists.checking import read
from rapport.outreach.lists.criteria import MOST_CONDITIONS, NUMBER, Asked, Criteria
from rapport.outreach.lists.fields import ATTRIBUTE, field_of

if TYPE_CHECKING:
    from django.http import QueryDict

TESTS = [
    ("is", "is"),
    ("is_not", "is not"),
    ("at_least", "is at least"),
    ("at_most", "is at most"),
    ("known", "is known"),
    ("unknown", "is not known"),
]
CHANNELS = [
    ("phone", "by telephone"),
    ("email", "by e-mail"),
    ("chat", "by message"),
    ("post", "by post"),
    ("any", "in any way"),
]
YES, NO = {"yes", "true"}, {"no", "false"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the form, as it was typed."""

    joins: str = "and"
    field: str = ""
    test: str = "is"
    value: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent: its lines, what they say, or what is wrong with them."""

    lines: list[Line]
    channel: str = "phone"
    quiet_days: str = "7"
    same_product: bool = False
    criteria: Criteria | None = None
    faults: list[str] = field(default_factory=list)


def filled(sent: QueryDict, kinds: Mapping[str, str]) -> Filled:
    """Return what was sent as criteria, or its faults. ``kinds`` are those of the attributes there are."""
    names = ("joins", "field", "test", "value")
    columns = [sent.getlist(name)[: 4 * MOST_CONDITIONS] for name in names]
    several = [Line(*cells) for cells in zip(*columns, strict=False)]
    lines = [line for line in several if line.field]
    channel, quiet = sent.get("channel", "phone"), sent.get("quiet_days", "").strip()
    same = sent.get("same_product", "") == "yes"
    try:
        content: dict[str, Any] = {"channel": channel, "conditions": _conditions(lines, kinds)}
        content |= {"same_product": True} if same else {}
        content["quiet_days"] = int(quiet) if quiet.isascii() and quiet.isdecimal() and len(quiet) < 5 else quiet
        return Filled(lines, channel, quiet, same, read(content))
    except DocumentInvalid as error:
        words = [words[:1].upper() + words[1:] for _, words in error.faults[:5]]
        return Filled(lines, channel, quiet, same, None, words)


def shown(criteria: Criteria) -> Filled:
    """Return criteria as a form to be changed."""
    lines = []
    for condition in criteria.conditions:
        parts: list[Asked] = list(condition.any_of) or [condition]
        for place, asked in enumerate(parts):
            told = _tests(asked)
            lines += [Line("or" if place else "and", asked.field, test, value) for test, value in told]
    return Filled(lines, criteria.channel, str(criteria.quiet_days), criteria.same_product, criteria)


def _conditions(lines: list[Line], kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    grouped: list[list[dict[str, Any]]] = []
    for line in lines:
        if line.joins == "or" and grouped:
            grouped[-1].append(_compared(line, kinds))
        else:
            grouped.append([_compared(line, kinds)])
    return [group[0] if len(group) == 1 else {"any_of": group} for group in grouped]


def _compared(line: Line, kinds: Mapping[str, str]) -> dict[str, Any]:
    if line.test in ("known", "unknown"):
        return {"field": line.field, "known": line.test == "known"}
    known = field_of(line.field)
    kind = known.kind if known else "any"
    if kind == "any":
        kind = kinds.get(line.field.removeprefix(ATTRIBUTE), "any")
    if line.test in ("at_least", "at_most"):
        return {"field": line.field, line.test: _value(line.value.strip(), "any" if kind == "text" else kind)}
    values = [_value(part.strip(), kind) for part in line.value.split(",") if part.strip()]
    return {"field": line.field, line.test: values}


def _value(text: str, kind: str) -> Any:
    """Return what was typed as a value of its kind; a text where it is none."""
    if kind in ("yes", "any") and text.lower() in YES | NO:
        return text.lower() in YES
    if kind in ("number", "any") and re.fullmatch(NUMBER[1:-1], text):
        return float(text) if "." in text else int(text)
    return text


def _tests(asked: Asked) -> list[tuple[str, str]]:
    found = []
    if asked.is_:
        found.append(("is", ", ".join(map(_typed, asked.is_))))
    if asked.is_not:
        found.append(("is_not", ", ".join(map(_typed, asked.is_not))))
    if asked.at_least is not None:
        found.append(("at_least", _typed(asked.at_least)))
    if asked.at_most is not None:
        found.append(("at_most", _typed(asked.at_most)))
    if asked.known is not None:
        found.append(("known" if asked.known else "unknown", ""))
    return found


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else f"{value}"
