"""What the forms of a guide's parts say, as the plain values that the text is written from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from rapport.guides.definition.facts import type_of
from rapport.guides.definition.names import NUMBERS
from rapport.guides.definition.rules import Comparison, Condition, FieldRules, For, Freedom, Guide, Step, When
from rapport.kit.documents import Part, faults_of
from rapport.kit.errors import Invalid
from rapport.studio.guide_words import WRITTEN, operator_of

if TYPE_CHECKING:
    from django.http import QueryDict

Values = dict[str, Any]
MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A condition as a line of a form; ``joins`` is "or" where it is one of several of which one is enough."""

    joins: str = "and"
    fact: str = ""
    operator: str = "is"
    value: str = ""


class FormInvalid(Invalid):
    """What a form says is no part of a guide; ``faults`` has the name of each value and what is wrong."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        self.faults = faults
        super().__init__(" ".join(words for _, words in faults))


def rows_of(conditions: Sequence[Condition]) -> list[Row]:
    """Return conditions line by line."""
    rows = []
    for one in conditions:
        together: Sequence[Comparison | Condition] = one.any_of or [one]
        for number, inner in enumerate(together):
            rows.append(Row("or" if number else "and", inner.field, *operator_of(inner)))
    return rows


def read_about(sent: QueryDict, old: Values) -> Values:
    """Return the guide's own values: name, whom it is for, whose level counts."""
    new = dict(old)
    _put(new, "name", _line(sent, "about.name"), None)
    _put(new, "self_service", "about.self_service" in sent, False)
    for_ = {
        "reasons": sent.getlist("about.reasons"),
        "channels": sent.getlist("about.channels"),
        "segments": sent.getlist("about.segments"),
        "languages": _words(sent.get("about.languages", "")),
    }
    _put(new, "for", {name: value for name, value in for_.items() if value}, {})
    skill = _line(sent, "about.skill")
    _put(new, "freedom", {"skill": skill} if skill else {}, {})
    _require(For, new.get("for", {}), "about.")
    _require(Freedom, new.get("freedom", {}), "about.")
    if not 1 <= len(new["name"]) <= 120:
        raise FormInvalid([("about.name", "A name of 1 to 120 characters is wanted.")])
    return new


def read_field(sent: QueryDict, old: Values) -> Values:
    """Return the values of a field."""
    new = dict(old)
    for name in ("label", "customer_label", "type", "currency", "help", "saves"):
        _put(new, name, _line(sent, f"field.{name}"), FieldRules.model_fields[name].default)
    _put(new, "choices", _lines(sent.get("field.choices", "")), [])
    for name in ("least", "most"):
        _put(new, name, _number(_line(sent, f"field.{name}")), "")
    _put(new, "optional", "field.optional" in sent, False)
    _require(FieldRules, new, "field.")
    return new


LINES = ("kind", "title", "touch_point", "required", "slot", "connector", "next")
TEXTS = ("words", "customer_words")
KEYS = ("objections", "rebuttals", "articles")
CHOSEN = ("asks", "gives")
LEVELS = ("rephrase_from", "reorder_from", "skip_from")
FLAGS = ("fixed_order", "rep_only", "aside")
LISTS = ("points", "when", "branches", *KEYS, *CHOSEN)


def read_step(sent: QueryDict, old: Values, guide: Guide) -> Values:
    """Return the values of a step; what the form did not show stays as it is."""
    new = dict(old)
    for name in sent.getlist("step.shown"):
        if name in LINES:
            _put(new, name, _line(sent, f"step.{name}"), Step.model_fields[name].default)
        elif name in LEVELS:
            _put(new, name, _number(_line(sent, f"step.{name}")), "")
        elif name in FLAGS:
            _put(new, name, f"step.{name}" in sent, False)
        elif name in TEXTS:
            _put(new, name, sent.get(f"step.{name}", "").replace("\r\n", "\n").strip(), "")
        elif name in LISTS:
            _put(new, name, _several(sent, name, guide), [])
    _require(Step, new, "step.")
    return new


def _several(sent: QueryDict, name: str, guide: Guide) -> list[Any]:
    if name == "when":
        return read_conditions(sent, "step.when", guide)
    if name == "branches":
        return _branches(sent, guide)
    if name in CHOSEN:
        return sent.getlist(f"step.{name}")
    told = sent.get(f"step.{name}", "")
    return _lines(told) if name == "points" else _words(told)


def _branches(sent: QueryDict, guide: Guide) -> list[Values]:
    count, taken = sent.get("step.branches", ""), sent.get("do", "")
    found = []
    for number in range(min(int(count), MOST_ROWS) if count.isdecimal() and len(count) < 4 else 0):
        when = read_conditions(sent, f"step.b{number}", guide)
        if when and taken != f"less-branch:{number}":
            found.append({"when": when, "to": _line(sent, f"step.b{number}.to")})
    return found


def read_conditions(sent: QueryDict, prefix: str, guide: Guide) -> list[Values]:
    """Return the conditions that the lines of a form say; lines without a fact say nothing."""
    columns = [sent.getlist(f"{prefix}.{name}")[:MOST_ROWS] for name in ("joins", "fact", "op", "value")]
    taken = sent.get("do", "").partition(":")[2] if sent.get("do", "").startswith("less-when:") else ""
    found: list[list[Values]] = []
    for number, (joins, fact, operator, value) in enumerate(zip(*columns, strict=False)):
        if not fact or taken == f"{prefix}:{number}":
            continue
        if joins == "or" and found:
            found[-1].append(_comparison(fact, operator, value.strip(), guide))
        else:
            found.append([_comparison(fact, operator, value.strip(), guide)])
    together = [{"any_of": several} if len(several) > 1 else several[0] for several in found]
    _require_conditions(together, prefix)
    return together


def _comparison(fact: str, operator: str, text: str, guide: Guide) -> Values:
    if operator == WRITTEN[0]:
        try:
            written = json.loads(text)
        except ValueError:
            written = {}
        return written if isinstance(written, dict) else {}
    one: Values = {"field": fact}
    values = [_value(part, fact, guide) for part in _words(text)]
    if operator in ("known", "unknown"):
        one["known"] = operator == "known"
    elif operator == "between":
        one |= dict(zip(("at_least", "at_most"), values, strict=False))
    elif operator in ("at_least", "at_most"):
        one |= {operator: values[0]} if values else {}
    else:
        one["is_not" if operator == "is_not" else "is"] = values
    return one


def _value(text: str, fact: str, guide: Guide) -> Any:
    """Return a value as the fact's type has it; what is none stays text, for the checks to tell."""
    type_ = type_of(guide, fact)
    try:
        if type_ == "yes_no":
            return {"yes": True, "true": True, "no": False, "false": False}[text.casefold()]
        if type_ in NUMBERS:
            return _number(text)
        return date.fromisoformat(text) if type_ == "date" else text
    except (KeyError, ValueError):
        return text


class _Several(Part):
    when: When = []


def _require_conditions(conditions: list[Values], name: str) -> None:
    _require(_Several, {"when": conditions}, f"{name}.")


def _require(part: type[Part], values: Mapping[str, Any], prefix: str) -> None:
    try:
        part.model_validate(values)
    except ValidationError as error:
        told = [(f"{prefix}{one.path[0] if one.path else ''}", one.words) for one in faults_of(error)]
        raise FormInvalid(told) from None


def _put(values: Values, name: str, value: Any, default: Any) -> None:
    if value == default and type(value) is type(default):
        values.pop(name, None)
    else:
        values[name] = value


def _line(sent: QueryDict, name: str) -> str:
    return " ".join(sent.get(name, "").split())


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.replace("\n", ",").split(",") if word.strip()]


def _number(text: str) -> Any:
    """Return a number where the text is one, else the text."""
    try:
        return int(text)
    except ValueError:
        try:
            return float(text.replace("−", "-"))
        except ValueError:
            return text
