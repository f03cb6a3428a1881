"""The course of a call, from the set of what was told of it: who had it when, and where it went then."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from rapport.contacts.actions import Stretch

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.channels.cti.forms import Told

COUNTED = ("answer", "transfer", "hangup")  # in this order where they are of one moment


@dataclass(slots=True)
class Course:
    """The stretches of a call with its reps; without an end it goes on. ``is_open``: somebody has it."""

    stretches: list[Stretch] = field(default_factory=list)
    ended_at: datetime | None = None
    is_open: bool = False

    def answered(self, rep: Member | None, at: datetime) -> None:
        """Let a rep have it from then; where another has it, it was put through."""
        if self.is_open:
            if rep is None or rep == self.stretches[-1].rep:
                return
            self._leave(at, to=rep)
        self.stretches.append(Stretch(rep, at))
        self.is_open = True

    def put_through(self, told: Told, to: Member | None) -> None:
        """Let it go to whom the transfer names; a call that nobody has waits for its answer."""
        if not self.is_open or (to is not None and to == self.stretches[-1].rep):
            return
        self._leave(told.at, to=to, queue=told.queue)
        if told.users:
            self.stretches.append(Stretch(to, told.at))
            self.is_open = True

    def _leave(self, at: datetime, *, to: Member | None, queue: str = "") -> None:
        self.stretches[-1] = self.stretches[-1]._replace(ended_at=at, to=to, queue=queue)
        self.is_open = False


def course_of(events: Iterable[Told], who: Callable[[Told], Member | None]) -> Course:
    """Return the course of a call; a hangup is its end, even where another clock says that more came after it."""
    course = Course()
    told = sorted(events, key=lambda one: (one.at, COUNTED.index(one.event)))
    for one in told:
        if one.event == "answer":
            course.answered(who(one), one.at)
        elif one.event == "transfer":
            course.put_through(one, who(one))
    if any(one.event == "hangup" for one in told):
        course.ended_at = told[-1].at
    return course
