"""Writes a guide as text, each part in the order in which people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rapport.guides.definition.rules import Guide
from rapport.kit import toml


def write_guide(guide: Guide | Mapping[str, Any]) -> str:
    """Return the TOML of a guide, or of what should become one; what is as everybody has it is left out."""
    if isinstance(guide, Guide):
        guide = guide.model_dump(by_alias=True, exclude_defaults=True)
    return toml.write(guide)
