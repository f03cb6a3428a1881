"""How a promise stands, in a few words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapport.customers.promises.due import today_of
from rapport.customers.promises.models import State
from rapport.kit import clock

if TYPE_CHECKING:
    from rapport.customers.promises.models import Promise

ENDED = {
    State.KEPT: ("kept", "good"),
    State.LATE: ("kept late", "warn"),
    State.BROKEN: ("broken", "bad"),
    State.WITHDRAWN: ("taken back", "idle"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A promise with how it stands: words, their tone, and all there is to say for who asks."""

    promise: Promise
    words: str
    tone: str
    title: str


def standing(promise: Promise) -> Standing:
    """Return how the promise stands now, on the programme's clock."""
    local = promise.due_by.astimezone(promise.programme.zone)
    when = f" at {local:%H:%M}" if promise.has_time else ""
    said = f"{promise.due_on:%A} {promise.due_on.day} {promise.due_on:%B %Y}{when}"
    title = f"{said}, promised by {promise.promiser_words}, kept by {promise.keeper_words}"
    if promise.state != State.OPEN:
        words, tone = ENDED[State(promise.state)]
        return Standing(promise, words, tone, title)
    if promise.due_by < clock.now():
        return Standing(promise, "overdue", "bad", title)
    if promise.due_on <= today_of(promise.programme):
        return Standing(promise, f"today{when}" if when else "due today", "warn", title)
    return Standing(promise, f"by {promise.due_on.day} {promise.due_on:%b}{when}", "idle", title)
