"""What the buttons of a guide's editor do to what it says: add, take away, move, and open a part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rapport.guides.definition.known import Known
from rapport.guides.publishing import key_of
from rapport.kit.errors import Invalid
from rapport.studio import guide_forms as forms
from rapport.studio.guide_text import Written, rewritten, written
from rapport.studio.guide_trying import test_of

if TYPE_CHECKING:
    from django.http import QueryDict

ABOUT = "about"
FULL = {
    "steps": (200, "A guide has 200 steps at most."),
    "fields": (100, "A guide has 100 fields at most."),
    "tests": (100, "A guide has 100 cases at most."),
}


@dataclass(frozen=True, slots=True)
class Edited:
    """The guide after a change, the part whose form is open, and what the form could not say."""

    written: Written
    part: str = ABOUT
    faults: tuple[tuple[str, str], ...] = ()
    more: str = ""  # the list in the form that has one empty line more


Values = dict[str, Any]


def edit(sent: QueryDict, text: str, known: Known) -> Edited:
    """Return the text as the open form and the button say it; a form that says nonsense changes nothing."""
    now = Edited(written(text, known), sent.get("part", ABOUT))
    if now.written.guide is None:
        return now
    try:
        now = _with_form(sent, now, known)
    except forms.FormInvalid as error:
        return replace(now, faults=tuple(error.faults))
    does, _, about = sent.get("do", "").partition(":")
    if does in _EDITS or does == "keep-test":
        values = {**now.written.values}
        part = _keep_test(values, sent, known) if does == "keep-test" else _EDITS[does](values, about, sent)
        now = replace(now, written=rewritten(now.written, values, known), part=part or now.part)
    elif does == "open":
        now = replace(now, part=about)
    elif does == "more":
        now = replace(now, more=about)
    return now if has_part(now.written, now.part) else replace(now, part=ABOUT)


def has_part(of: Written, part: str) -> bool:
    """Say whether the guide has the part."""
    kind, _, key = part.partition(":")
    if of.guide is None or kind in (ABOUT, "tests", "fields"):
        return part in (ABOUT, "tests", "fields")
    return key in (of.guide.by_key if kind == "step" else of.guide.fields if kind == "field" else ())


def _with_form(sent: QueryDict, now: Edited, known: Known) -> Edited:
    """Return what the form that was open says of its part; only where it was on the page and the part is there."""
    guide, values = now.written.guide, {**now.written.values}
    kind, _, key = now.part.partition(":")
    if guide is None or sent.get("shown") != now.part or not has_part(now.written, now.part):
        return now
    if kind == ABOUT:
        values = forms.read_about(sent, values)
    elif kind == "field":
        values["fields"] = {**values["fields"], key: forms.read_field(sent, values["fields"][key])}
    elif kind == "step":
        values["steps"] = [
            forms.read_step(sent, one, guide) if one["key"] == key else one for one in values["steps"]
        ]
    return replace(now, written=rewritten(now.written, values, known))


def _add_step(values: Values, after: str, sent: QueryDict) -> str:
    title = " ".join(sent.get("new.title", "").split())[:120] or "New step"
    steps = _roomy(values, "steps")
    key = _free(key_of(title), {one["key"] for one in steps})
    kind = sent.get("new.kind", "say")
    at = next((place + 1 for place, one in enumerate(steps) if one["key"] == after), len(steps))
    steps.insert(at, {"key": key, "kind": kind, "title": title})
    return f"step:{key}"


def _add_field(values: Values, _about: str, sent: QueryDict) -> str:
    label = " ".join(sent.get("new.label", "").split())[:120] or "New field"
    fields = values.get("fields", {})
    if len(fields) >= FULL["fields"][0]:
        raise Invalid(FULL["fields"][1])
    key = _free(key_of(label), set(fields))
    values["fields"] = {**fields, key: {"label": label}}
    return f"field:{key}"


def _remove_step(values: Values, key: str, _sent: QueryDict) -> str:
    steps = values["steps"]
    if len(steps) == 1:
        raise Invalid("A guide needs a step. Add another one first.")
    at = next((place for place, one in enumerate(steps) if one["key"] == key), len(steps))
    values["steps"] = steps[:at] + steps[at + 1 :]
    near = values["steps"][min(at, len(values["steps"]) - 1)]["key"]
    return f"step:{near}"


def _remove_field(values: Values, key: str, _sent: QueryDict) -> str:
    left = {name: one for name, one in values.get("fields", {}).items() if name != key}
    values["fields"] = left
    if not left:
        del values["fields"]
    return "fields"


def _remove_test(values: Values, number: str, _sent: QueryDict) -> str:
    left = [one for at, one in enumerate(values.get("tests", [])) if str(at) != number]
    values["tests"] = left
    if not left:
        del values["tests"]
    return "tests"


def _keep_test(values: Values, sent: QueryDict, known: Known) -> str:
    values["tests"] = [*_roomy(values, "tests"), test_of(sent, values, known)]
    return "tests"


def _move(by: int) -> Callable[[Values, str, QueryDict], str]:
    def move(values: Values, key: str, _sent: QueryDict) -> str:
        at = next((place for place, one in enumerate(values["steps"]) if one["key"] == key), 0)
        return _place(values, f"{key}:{at + by}", _sent)

    return move


def _place(values: Values, about: str, _sent: QueryDict) -> str:
    key, _, to = about.rpartition(":")
    steps = [*values["steps"]]
    mine = next((one for one in steps if one["key"] == key), None)
    if mine is not None and to.isdecimal() and len(to) < 5:
        steps.remove(mine)
        steps.insert(int(to), mine)
    values["steps"] = steps
    return ""


def _roomy(values: Values, name: str) -> list[Values]:
    """Return a copy of the list, put in the place of the one there was; Invalid where it is full."""
    values[name] = [*values.get(name, [])]
    most, words = FULL[name]
    if len(values[name]) >= most:
        raise Invalid(words)
    found: list[Values] = values[name]
    return found


def _free(key: str, taken: set[str]) -> str:
    """Return the key, with a number behind it where it is taken; "end" is always."""
    taken = taken | {"end"}
    names = [key, *(f"{key[:46]}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


_EDITS: dict[str, Callable[[Values, str, QueryDict], str]] = {
    "add-step": _add_step,
    "add-field": _add_field,
    "remove-step": _remove_step,
    "remove-field": _remove_field,
    "remove-test": _remove_test,
    "up": _move(-1),
    "down": _move(1),
    "place": _place,
}
