"""A guide gone through as a rep of any level, or as a customer alone: nothing is kept but what the form sends.

What was done is a list of moves, played anew each time; so it can be put on file as a case of the guide.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from rapport.guides import playing
from rapport.guides.definition.facts import ATTRIBUTE, FACTS
from rapport.guides.definition.known import Known
from rapport.guides.definition.names import NUMBERS
from rapport.guides.definition.rules import END, FieldType, Guide, Test
from rapport.guides.engine import Run, View
from rapport.kit.errors import Invalid
from rapport.studio.guide_words import fact_in_words

if TYPE_CHECKING:
    from django.http import QueryDict

MOST_MOVES = 200
ALWAYS = ("customer.first_name", "customer.segment", "customer.years", "customer.language", "last.outcome")
UPSET = "contact.upset"


@dataclass(frozen=True, slots=True)
class FactInput:
    """A fact of the customer tried, to be filled in."""

    name: str
    words: str
    type: FieldType
    value: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A guide tried: where it stands, what was done so far as JSON, and what was refused."""

    view: View
    level: int
    as_customer: bool
    moves: str
    count: int
    facts: list[FactInput]
    refusal: str
    way: list[str]

    @property
    def is_at_end(self) -> bool:
        """Say whether nothing is left to do."""
        return self.view.current is None


def tried(sent: QueryDict, guide: Guide, known: Known) -> Tried:
    """Return the guide as it stands after the moves sent and the one that a button makes."""
    test = _test(sent)
    does = sent.get("try.do", "")
    asked = [] if does == "again" else [*test.moves]
    test = test.model_copy(update={"moves": asked})
    run, held, refusal = playing.play(guide, test, known)
    kept = asked[:held]  # the guide may have been changed since
    if refusal:
        refusal = f"What was done before holds up to here; the guide was changed. {refusal}"
    for one in _moves(sent, does, run):
        made = _read({**_said(test), "moves": [*_dumped(kept), one]})
        run, held, words = playing.play(guide, made, known)
        refusal = refusal or words
        kept = [*made.moves][:held]
    return Tried(
        view=run.view(),
        level=test.level,
        as_customer=sent.get("try.as") == "customer",
        moves=json.dumps(_dumped(kept), default=str),
        count=len(kept),
        facts=_facts(sent, guide),
        refusal=refusal,
        way=[*run.way, END],
    )


def test_of(sent: QueryDict, values: dict[str, Any], known: Known) -> dict[str, Any]:
    """Return what was tried as a case of the guide: the moves, and how it stands after them."""
    guide = Guide.model_validate(values)
    test = _test(sent)
    run, held, refusal = playing.play(guide, test, known)
    if not test.moves or held < len(test.moves):
        raise Invalid(refusal or "Go through some steps first; then keep them as a case.")
    name = " ".join(sent.get("try.name", "").split()) or f"Case {len(guide.tests) + 1}"
    case = {"name": name[:120], "at": run.current, "open": [one.key for one in run.view().open]}
    return {**case, **_said(test), "moves": _dumped(test.moves)}


def _test(sent: QueryDict) -> Test:
    facts = {name[5:]: value for name, value in _told(sent).items() if value != ""}
    level = sent.get("try.level", "0")
    try:
        moves = json.loads(sent.get("try.moves", "") or "[]")
    except (ValueError, RecursionError):
        moves = []
    return _read(
        {
            "name": "Trial",
            "level": int(level) if level in set("012345") else 0,
            "facts": facts,
            "moves": moves,
        }
    )


def _read(values: dict[str, Any]) -> Test:
    try:
        return Test.model_validate({"name": "Trial", **values})
    except ValidationError:
        raise Invalid(f"This cannot be tried. Begin anew; a trial has {MOST_MOVES} moves at most.") from None


def _told(sent: QueryDict) -> dict[str, Any]:
    return {name: _fact(name[5:], sent.get(name, "").strip()) for name in sent if name.startswith("fact.")}


def _fact(name: str, text: str) -> Any:
    if not text or name not in FACTS:
        return text[:200]
    if FACTS[name].type == "yes_no":
        return text == "yes"
    if FACTS[name].type in NUMBERS:
        return int(text) if text.isdecimal() and len(text) < 10 else ""
    return text[:200]


def _moves(sent: QueryDict, does: str, run: Run) -> list[dict[str, Any]]:
    """Return the moves that a button makes: the answers of the step first, then its own."""
    kind, _, key = does.partition(":")
    if kind in ("", "again"):
        return []
    answers = [
        {"answer": name[7:], "value": sent.get(name, "")}
        for name in sent
        if name.startswith("answer.") and sent.get(name, "") != str(run.state.answers.get(name[7:], ""))
    ]
    answers = [one if one["value"] else {"answer": one["answer"]} for one in answers]
    moves: dict[str, list[dict[str, Any]]] = {
        "go": [{"go": key}],
        "back": [{"back": True}],
        "cover": [{"cover": key}],
        "uncover": [{"uncover": key}],
        "skip": [{"skip": key, "because": sent.get("try.because", "")}],
        "done": [{"result": key, "value": "done"}],
        "failed": [{"result": key, "value": "failed"}],
        "on": [{"cover": key}, {"go": ""}],
        "answer": [],
    }
    return [*answers, *moves.get(kind, [])]


def _said(test: Test) -> dict[str, Any]:
    return test.model_dump(mode="json", include={"level", "facts"}, exclude_defaults=True)


def _dumped(moves: Any) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json", exclude_defaults=True) for one in moves]


def _facts(sent: QueryDict, guide: Guide) -> list[FactInput]:
    """Return the facts to fill in: those that matter most, and those that the guide asks about."""
    used = [name for name in FACTS if name in guide.names_used and name not in ALWAYS]
    attributes = sorted(name for name in guide.names_used if name.startswith(ATTRIBUTE))
    return [
        FactInput(
            name,
            fact_in_words(name, guide),
            FACTS[name].type if name in FACTS else "text",
            sent.get(f"fact.{name}", ""),
        )
        for name in (*ALWAYS, *used, *attributes)
        if name != UPSET
    ]
