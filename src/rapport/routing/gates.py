"""What may keep a rep from becoming available: modules above add a gate, without routing knowing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rapport.accounts.models import Member

Gate = Callable[["Member"], str]
Notice = Callable[["Member"], list[str]]


class Closed(NamedTuple):
    """A gate that is closed: why, what the desk says above it, and the page (its address's name) that opens it."""

    why: str
    title: str
    page: str
    to_page: str


_gates: dict[Gate, tuple[str, str, str]] = {}
_notices: list[Notice] = []


def add_gate(gate: Gate, *, title: str, page: str, to_page: str) -> None:
    """Have ``gate(member)`` asked before a rep becomes available; it returns why not, or an empty text.

    ``title`` stands above that on the desk, with ``to_page`` as the way to the page of this name.
    """
    _gates[gate] = title, page, to_page


def add_notice(notice: Notice) -> None:
    """Have ``notice(member)`` asked what some contacts are kept from a rep for, while others come."""
    if notice not in _notices:
        _notices.append(notice)


def notices_of(member: Member) -> list[str]:
    """Return what the member is told of contacts that do not come to them."""
    return [words for notice in _notices for words in notice(member)]


def gate_of(member: Member) -> Closed | None:
    """Return the first gate that keeps the member from taking contacts now; None where all are open."""
    found = ((gate(member), told) for gate, told in _gates.items())
    return next((Closed(why, *told) for why, told in found if why), None)


def closed_gate(member: Member) -> str:
    """Return why the member may not take contacts now, or an empty text."""
    found = gate_of(member)
    return found.why if found else ""
