"""Documents that people write and that are kept as written: a text of TOML or JSON, read into typed parts.

Every fault is told with the line it stands on.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from rapport.kit.errors import Invalid
from rapport.kit.lines import Path, line_of, lines_of

KEY = r"^[a-z0-9][a-z0-9_-]{0,49}$"
MOST_CHARACTERS = 200_000
MOST_TOLD = 20
LONGEST_NOTE = 200
BOUNDS = {
    "greater_than_equal": ("at least {:g} is wanted", "ge"),
    "greater_than": ("more than {:g} is wanted", "gt"),
    "less_than_equal": ("at most {:g} is wanted", "le"),
    "too_short": ("at least {} is wanted", "min_length"),
    "too_long": ("at most {} are taken", "max_length"),
    "literal_error": ("{} is wanted", "expected"),
}
WANTED = {
    "string_type": "text in quotes is wanted",
    "int_type": "a whole number is wanted",
    "int_parsing": "a whole number is wanted",
    "int_from_float": "a whole number is wanted",
    "float_type": "a number is wanted",
    "float_parsing": "a number is wanted",
    "bool_type": "true or false is wanted",
    "bool_parsing": "true or false is wanted",
    "list_type": "a list in brackets is wanted",
    "dict_type": "a table of names and values is wanted",
    "model_type": "a table of names and values is wanted",
    "string_pattern_mismatch": "a key has small letters, digits, - and _, and 50 of them at most",
}  # by pydantic's name of the fault; the others' words serve as they are
A_DAY = "a day such as 2026-12-25 is wanted"


class Part(BaseModel):
    """A part of a document: nothing undeclared in it, and unchanged once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where in the document, and what to do."""

    path: Path
    words: str


class DocumentInvalid(Invalid):
    """A document that cannot be used; ``faults`` has the line of each fault and its words."""

    code = "document_invalid"

    def __init__(self, faults: list[tuple[int, str]]) -> None:
        self.faults = sorted(faults)
        told = [f"Line {line}: {words}" for line, words in self.faults[:MOST_TOLD]]
        if len(faults) > MOST_TOLD:
            told.append(f"And {len(faults) - MOST_TOLD} more.")
        super().__init__("\n".join(told))


Read = TypeVar("Read", bound=Part)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: what it is called, as "a plan", and the error that tells its faults."""

    called: str
    refusal: type[DocumentInvalid] = DocumentInvalid
    most: int = MOST_CHARACTERS

    def read(self, text: str, part: type[Read], check: Callable[[Read], list[Fault]]) -> Read:
        """Return what the text tells of; the refusal, with every fault it has and that ``check`` finds.

        A text that begins with a brace is JSON, any other TOML.
        """
        self.require_short(text)
        return self.take(self.parse(text), part, check, lambda: lines_of(text))

    def require_short(self, text: str) -> None:
        """Raise the refusal for a text that is too long to be read."""
        if len(text) > self.most:
            words = f"has at most {self.most:,} characters; this has {len(text):,}."
            raise self.refusal([(1, f"{self.called.capitalize()} {words}")])

    def take(
        self,
        content: Any,
        part: type[Read],
        check: Callable[[Read], list[Fault]],
        lines: Callable[[], dict[Path, int]],
    ) -> Read:
        """Return what was parsed as a document; for faults ``lines`` is asked where its parts stand."""
        try:
            read = part.model_validate(content)
        except ValidationError as error:
            faults = faults_of(error)
        else:
            faults = check(read)
            if not faults:
                return read
        raise self.refusal(located(lines(), faults))

    def parse(self, text: str) -> Any:
        """Return the plain values of a text; the refusal where it is neither TOML nor JSON."""
        try:
            if text.lstrip().startswith("{"):
                return json.loads(text, object_pairs_hook=_without_repeats)
            return tomllib.loads(text)
        except json.JSONDecodeError as error:
            raise self.refusal([(error.lineno, f"This is no JSON: {error.msg}.")]) from None
        except tomllib.TOMLDecodeError as error:
            words = str(error)
            _, _, place = words.rpartition("(at line ")
            number = place.partition(",")[0]
            line = int(number) if number.isdigit() else text.count("\n") + 1
            raise self.refusal([(line, f"This is no TOML: {words.partition(' (at ')[0]}.")]) from None
        except RecursionError:
            raise self.refusal([(1, f"It is nested too deep to be {self.called}.")]) from None
        except ValueError as error:
            raise self.refusal([(1, str(error))]) from None


def located(lines: dict[Path, int], faults: list[Fault]) -> list[tuple[int, str]]:
    """Return the line of each fault, and its words."""
    return [(line_of(lines, fault.path), fault.words) for fault in faults]


def faults_of(error: ValidationError) -> list[Fault]:
    """Return in words where plain values are no such part of a document."""
    return [_fault(one) for one in error.errors(include_url=False)]


def schema_of(part: type[Part]) -> dict[str, Any]:
    """Return the JSON Schema of a document."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **part.model_json_schema()}


def plain_text(text: str) -> str:
    """Return the text with plain ends of lines; a document is kept as written otherwise."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if "\x00" in text:
        raise Invalid("This is no text: it has a zero byte in it.")
    return text


def note_of(note: str) -> str:
    """Return the note that goes with a version, on one line."""
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE or "\x00" in note:
        raise Invalid(f"Keep the note under {LONGEST_NOTE} characters.")
    return note


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{repeated!r} is given twice.")
    return found


def _fault(error: Any) -> Fault:
    path = tuple(part for part in error["loc"] if part != "[key]")
    name = " ".join(map(str, path[-1:]))
    if error["type"] == "extra_forbidden":
        return Fault(path, f"There is nothing called {name!r} here.")
    if error["type"] == "missing":
        return Fault(path, f"{name!r} is missing.")
    own_words = error["msg"][:1].lower() + error["msg"][1:]
    if error["type"] in BOUNDS:
        said, bound = BOUNDS[error["type"]]
        return Fault(path, f"{name}: {said.format(error['ctx'][bound])}.")
    is_day = error["type"].startswith("date_")
    return Fault(path, f"{name}: {A_DAY if is_day else WANTED.get(error['type'], own_words)}.")
