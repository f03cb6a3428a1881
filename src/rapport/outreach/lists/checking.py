"""Whether criteria can be asked: every field is there, and is asked what can be asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from rapport.kit.documents import DocumentInvalid, Fault, Kind
from rapport.kit.errors import Invalid
from rapport.outreach.lists.criteria import Asked, Criteria
from rapport.outreach.lists.fields import ListField, field_of

MOST_DAYS = 36_500
LARGEST = 10**15
LONGEST = 200
A_LIST = Kind("a list", DocumentInvalid, most=20_000)
TESTS = {"is": "is_", "is_not": "is_not", "at_least": "at_least", "at_most": "at_most", "known": "known"}


def read(content: Any) -> Criteria:
    """Return plain values as criteria. Raises DocumentInvalid with every fault."""
    return A_LIST.take(content, Criteria, lambda found: list(faults(found)), dict)


def faults(criteria: Criteria) -> Iterator[Fault]:
    """Yield what of the criteria cannot be asked."""
    for place, condition in enumerate(criteria.conditions):
        if condition.any_of and (condition.field or condition.model_fields_set - {"any_of"}):
            yield Fault(("conditions", place), "Either one comparison, or several in any_of.")
        parts: list[Asked] = list(condition.any_of) or [condition]
        for asked in parts:
            yield from (Fault(("conditions", place), words) for words in _faults(asked))


def _faults(asked: Asked) -> Iterator[str]:
    field, tests = field_of(asked.field), _tests(asked)
    if field is None or not _storable(asked.field):
        yield f"There is no field {asked.field[:60]!r}."
        return
    if not tests:
        yield f"{field.label}: say what it is to be."
    for name in tests:
        if name not in field.tests:
            yield f"{field.label}: {name.replace('_', ' ')} cannot be asked of it."
    for value in (*asked.is_, *asked.is_not, asked.at_least, asked.at_most):
        if value is not None and (words := _wrong(field, value)):
            yield f"{field.label}: {words}"


def _tests(asked: Asked) -> list[str]:
    return [name for name, attribute in TESTS.items() if getattr(asked, attribute) not in (None, [])]


def _wrong(field: ListField, value: Any) -> str:
    """Return what is wrong with a value that a field is compared with."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, str) and not _storable(value):
        return f"a text of up to {LONGEST} characters is wanted."
    if is_number and abs(value) > LARGEST:
        return "this number is too large."
    if field.kind == "any":
        return ""
    fits = {
        "text": isinstance(value, str),
        "yes": isinstance(value, bool),
        "number": is_number and value == int(value) and abs(value) <= MOST_DAYS,
        "day": isinstance(value, date),
    }
    wanted = {"text": "a text", "yes": "yes or no", "number": "a whole number of days or pieces", "day": "a day"}
    return "" if fits[field.kind] else f"{wanted[field.kind]} is wanted."


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text and len(text) <= LONGEST


def note_of(text: str, *, most: int, what: str) -> str:
    """Return a line that somebody typed, or Invalid."""
    line = " ".join(text.split())
    if not _storable(line) or len(line) > most:
        raise Invalid(f"Keep the {what} under {most} characters.")
    return line
