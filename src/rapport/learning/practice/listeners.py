"""What this module hears of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.events.listeners import subscribe
from rapport.learning.practice import jobs

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


def register() -> None:
    """Hear what is said where people practise, and nowhere else."""
    subscribe("chat.message", jobs.hear, where=_is_practice)


def _is_practice(programme: Programme) -> bool:
    return programme.is_practice
