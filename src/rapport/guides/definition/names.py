"""Whether every name that a guide uses stands for something: in conditions, in words, and of the programme."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from rapport.guides.definition.facts import RESULT, RESULTS, names_of, type_of
from rapport.guides.definition.insertions import has_stray_brace, names_in
from rapport.guides.definition.known import Known, unknown
from rapport.guides.definition.rules import Comparison, Condition, Guide
from rapport.kit.documents import Fault
from rapport.kit.lines import Path

NUMBERS = ("number", "money")
ORDERED = (*NUMBERS, "date", "text")
_ASKED = ("is_", "is_not", "at_least", "at_most", "known")


def conditions(guide: Guide) -> Iterator[Fault]:
    """Yield what is wrong with the conditions of steps and branches."""
    for place, step in enumerate(guide.steps):
        yield from _list(guide, step.when, ("steps", place, "when"))
        for number, branch in enumerate(step.branches):
            yield from _list(guide, branch.when, ("steps", place, "branches", number, "when"))


def _list(guide: Guide, several: Sequence[Condition], where: Path) -> Iterator[Fault]:
    for number, one in enumerate(several):
        here = (*where, number)
        if one.any_of and (one.field or _asks(one)):
            yield Fault(here, "It compares and names several too; keep one of the two.")
        for place, inner in enumerate(one.any_of):
            yield from _comparison(guide, inner, (*here, "any_of", place))
        if not one.any_of:
            yield from _comparison(guide, one, here)


def _asks(one: Comparison | Condition) -> bool:
    return any(getattr(one, part) not in (None, []) for part in _ASKED)


def _comparison(guide: Guide, one: Comparison | Condition, here: Path) -> Iterator[Fault]:
    type_ = type_of(guide, one.field)
    if type_ is None:
        yield Fault(here, unknown("fact or field", one.field, names_of(guide)))
        return
    if not _asks(one):
        yield Fault(here, "It asks nothing: say is, is_not, at_least, at_most or known.")
    bounds = [bound for bound in (one.at_least, one.at_most) if bound is not None]
    if bounds and type_ not in ORDERED:
        yield Fault(here, f"{one.field!r} has no order, so nothing is at least or at most.")
    values = [*one.is_, *one.is_not]
    if type_ == "yes_no" and not all(isinstance(value, bool) for value in values):
        yield Fault(here, f"{one.field!r} is true or false.")
    if type_ in NUMBERS and not all(_is_number(value) for value in (*values, *bounds)):
        yield Fault(here, f"{one.field!r} is a number.")
    if choices := _choices(guide, one.field):
        for value in values:
            if value not in choices:
                yield Fault(here, unknown("choice", str(value), choices))


def _choices(guide: Guide, name: str) -> Collection[str]:
    if name in guide.fields:
        return guide.fields[name].choices
    return RESULTS if name.startswith(RESULT) else ()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def insertions(guide: Guide) -> Iterator[Fault]:
    """Yield the insertions that stand for nothing, and braces that are none."""
    for place, step in enumerate(guide.steps):
        texts: list[tuple[Path, str]] = [
            (("title",), step.title),
            (("words",), step.words),
            (("customer_words",), step.customer_words),
            *((("points", number), point) for number, point in enumerate(step.points)),
        ]
        for part, words in texts:
            path: Path = ("steps", place, *part)
            if has_stray_brace(words):
                yield Fault(path, "A brace is left over; an insertion is written {customer.first_name}.")
            for name in names_in(words):
                if type_of(guide, name) is None:
                    yield Fault(path, unknown("insertion", name, names_of(guide)))


def outside(guide: Guide, known: Known) -> Iterator[Fault]:
    """Yield the names of things of the programme that it does not have."""
    for kind, names, path, name in _used(guide, known):
        if names is not None and name not in names:
            yield Fault(path, unknown(kind, name, names))


def reached(guide: Guide, known: Known) -> Iterator[Fault]:
    """Yield what the connectors' transactions need or answer, and the guide does not have."""
    for place, step in enumerate(guide.steps):
        reach = (known.connectors or {}).get(step.connector)
        if reach is None:
            continue
        for name in sorted(reach.needs):
            if "." not in name and name not in guide.fields:
                words = f"{step.connector} sends the field {name!r}, which this guide does not have."
                yield Fault(("steps", place, "connector"), words)
        for name in step.gives:
            if name not in reach.gives:
                yield Fault(("steps", place, "gives"), unknown("answer of the connector", name, reach.gives))


def _used(guide: Guide, known: Known) -> Iterator[tuple[str, Collection[str] | None, Path, str]]:
    for part, kind, names in (("reasons", "reason", known.reasons), ("segments", "segment", known.segments)):
        for number, name in enumerate(getattr(guide.for_, part)):
            yield kind, names, ("for", part, number), name
    if guide.freedom.skill:
        yield "skill", known.skills, ("freedom", "skill"), guide.freedom.skill
    for place, step in enumerate(guide.steps):
        for part, names in (
            ("objections", known.objections),
            ("rebuttals", known.rebuttals),
            ("articles", known.articles),
        ):
            for number, name in enumerate(getattr(step, part)):
                yield part.removesuffix("s"), names, ("steps", place, part, number), name
        if step.slot:
            yield "slot of offers", known.slots, ("steps", place, "slot"), step.slot
        if step.connector:
            yield "connector", known.connectors, ("steps", place, "connector"), step.connector
