"""What may keep a rep from becoming available: modules above add a gate, without routing knowing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rapport.accounts.models import Member

Gate = Callable[["Member"], str]
_gates: list[Gate] = []


def add_gate(gate: Gate) -> None:
    """Have ``gate(member)`` asked before a rep becomes available; it returns why not, or an empty text."""
    if gate not in _gates:
        _gates.append(gate)


def closed_gate(member: Member) -> str:
    """Return why the member may not take contacts now, or an empty text."""
    return next((why for gate in _gates if (why := gate(member))), "")
