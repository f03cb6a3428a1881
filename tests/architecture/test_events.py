"""No event can carry what a person is called, where they are reached, or what they said."""

import dataclasses
import importlib.util
import types
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest

from rapport.events.kinds import Code

ROOT = Path(__file__).resolve().parents[2]


def event_classes() -> list[type]:
    spec = importlib.util.spec_from_file_location("tool_docs", ROOT / "tools" / "docs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [each for classes in module.event_classes().values() for each in classes]


def is_harmless(hint: Any) -> bool:
    """Say whether values of this type cannot be personal: numbers, yes or no, and codes, and lists of them."""
    if hint in (int, float, bool, type(None)):
        return True
    if get_origin(hint) is Annotated:
        return bool(hint == Code)
    if get_origin(hint) in (list, tuple, Union, types.UnionType):
        return all(is_harmless(each) for each in get_args(hint) if each is not Ellipsis)
    return False


@pytest.mark.parametrize("event", event_classes(), ids=lambda each: each.name)
def test_an_event_carries_codes_and_numbers_only(event: Any) -> None:
    hints = get_type_hints(event, include_extras=True)
    wrong = {each.name for each in dataclasses.fields(event) if not is_harmless(hints[each.name])}
    assert wrong == set(), (
        f"{event.__qualname__} carries {', '.join(sorted(wrong))}: say rapport.events.kinds.Code for a key, "
        "an id or a state, and keep what people are called, reached at or wrote in a row that can be erased"
    )


def test_the_check_knows_free_text() -> None:
    assert is_harmless(list[Code]) and is_harmless(Code | None) and is_harmless(int)
    assert not any(is_harmless(each) for each in (str, str | None, list[str], dict[str, str], Any))
