"""Reads a guide from a text of TOML or JSON; every fault with its line."""

from __future__ import annotations

from typing import Any

from rapport.guides.definition.checks import faults_of, warnings_of
from rapport.guides.definition.known import NOTHING_KNOWN, Known
from rapport.guides.definition.rules import Guide
from rapport.kit.documents import DocumentInvalid, Kind, located, schema_of
from rapport.kit.lines import lines_of


class GuideInvalid(DocumentInvalid):
    """A guide that cannot be used; ``faults`` has the line of each fault and its words."""

    code = "guide_invalid"


GUIDE = Kind("a guide", GuideInvalid)


def read_guide(text: str, known: Known = NOTHING_KNOWN) -> Guide:
    """Return the guide that the text tells of; GuideInvalid with every fault it has.

    A text that begins with a brace is JSON, any other TOML. ``known`` are the names of the programme.
    """
    return GUIDE.read(text, Guide, lambda guide: faults_of(guide, known))


def warnings(text: str, guide: Guide) -> list[tuple[int, str]]:
    """Return the line and words of what is unusual in a guide that was read from the text."""
    return sorted(located(lines_of(text), warnings_of(guide)))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a guide."""
    return schema_of(Guide)
