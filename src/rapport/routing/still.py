"""Why a contact still waits: who fits and what they do, what comes next, what it would take; in words and as data.

Pure: standard library only. Names are of reps, never of customers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

ANY = "any rep"
MOST_NAMED = 3  # reps of one kind by name; more are counted
DOING = {
    "free": ("is free", "are free"),
    "on_contact": ("is on a contact", "are on contacts"),
    "wrap_up": ("is in wrap-up", "are in wrap-up"),
    "reserved": ("is being offered another", "are being offered others"),
    "full": ("has no room for one more", "have no room for one more"),
    "above_ceiling": ("rests, above the occupancy ceiling", "rest, above the occupancy ceiling"),
    "not_responding": ("does not respond", "do not respond"),
    "not_cleared": ("may not take contacts now", "may not take contacts now"),
    "break": ("is on a break", "are on a break"),
    "meal": ("is at a meal", "are at a meal"),
    "meeting": ("is in a meeting", "are in a meeting"),
    "training": ("is in training", "are in training"),
    "coaching": ("is in coaching", "are in coaching"),
    "offline": ("is off the floor", "are off the floor"),
}
ASKED = {"declined": "declined it", "missed": "did not answer it", "handed_on": "handed it on"}


@dataclass(frozen=True, slots=True)
class Fitting:
    """A rep on the floor who fits a step that counts.

    ``doing`` is what keeps them from the contact (``free``: nothing does), since when, and when they are expected
    to be free, where that is known. ``asked``: declined, missed or handed_on, where they had this contact before.
    """

    rep: str
    name: str
    doing: str
    since: datetime
    free_at: datetime | None = None
    asked: str = ""

    @property
    def words(self) -> str:
        """What they do, and how it went when this contact was theirs."""
        return f"{DOING[self.doing][0]}{f'; {ASKED[self.asked]}' if self.asked else ''}"


@dataclass(frozen=True, slots=True)
class Near:
    """A rep on the floor who does not fit, and what they lack."""

    rep: str
    name: str
    lacks: str


@dataclass(frozen=True, slots=True)
class Kept:
    """At whom a contact rings or for whom it is kept until then, what they do, and (where it is kept) why."""

    rep: str
    name: str
    doing: str
    until: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Still:
    """Why a contact still waits, at that time.

    ``steps`` is what each step asks for, ``step`` the index of the last one that counts. ``fitting`` names the
    first of those who fit, soonest free first; ``doing`` counts them all by what keeps them. ``ahead`` counts the
    contacts before it in line that could have one of the same reps. ``near`` and ``away`` are told where nobody on
    the floor fits: who lacks least, and how many off the floor would fit.
    """

    at: datetime
    position: int
    waited_seconds: float
    head_start_seconds: float = 0.0
    by_telephone: bool = False
    ringing: Kept | None = None
    kept: Kept | None = None
    steps: tuple[str, ...] = ()
    step: int = 0
    widens_at: datetime | None = None
    overflows_at: datetime | None = None
    overflows_to: str = ""
    ahead: int = 0
    fitting: tuple[Fitting, ...] = ()
    doing: Mapping[str, int] = field(default_factory=dict)
    near: tuple[Near, ...] = ()
    away: int = 0

    @property
    def words(self) -> str:
        """Why it still waits, in sentences for a supervisor."""
        return " ".join(self.sentences())

    @property
    def fitting_count(self) -> int:
        """How many fit, those who are not told of too."""
        return sum(self.doing.values())

    def sentences(self) -> Iterator[str]:
        """Yield why it still waits, the most telling first."""
        if self.by_telephone:
            yield "The telephone system puts this call through."
            return
        if self.ringing:
            yield f"Ringing at {self.ringing.name}, {_about(self.ringing.until, self.at)} left to answer."
        elif self.kept:
            yield f"Kept for {self.kept.name}, who {DOING[self.kept.doing][0]}, {self._kept_until()}."
            yield self.kept.why
        yield from self._asked()
        if not (self.ringing or self.kept):
            yield from self._who_fits()
        yield from self._what_comes()

    def _kept_until(self) -> str:
        return f"for {_about(self.kept.until, self.at)} more" if self.kept else ""

    def _asked(self) -> Iterator[str]:
        if told := [f"{one.name} {ASKED[one.asked]}" for one in self.fitting if one.asked]:
            yield f"{'; '.join(told[:MOST_NAMED])}{' and others' if len(told) > MOST_NAMED else ''}."

    def _who_fits(self) -> Iterator[str]:
        if not self.doing:
            yield from self._nobody_fits()
            return
        groups = "; ".join(self._group(doing, count) for doing, count in self.doing.items())
        count = self.fitting_count
        fits = f"{count} fit, of whom " if len(self.doing) > 1 else ""
        yield _sentence(f"{self._wish()}{fits}{groups}")
        if self.ahead:
            yield f"{self.ahead} before it in line could have {'the same rep' if count == 1 else 'them too'}."

    def _nobody_fits(self) -> Iterator[str]:
        yield _sentence(f"{self._wish()}nobody {'fits now' if self._wish() else 'is on the floor'}")
        if self.near:
            yield f"Nearest: {'; '.join(f'{one.name} {one.lacks}' for one in self.near)}."
        if self.away:
            yield f"{self.away} off the floor would fit."

    def _wish(self) -> str:
        """Say what it takes, where not everybody will do."""
        if len(self.steps) < 2 and self.steps[self.step] == ANY:
            return ""
        which = f" (step {self.step + 1} of {len(self.steps)})" if len(self.steps) > 1 else ""
        return f"needs {self.steps[self.step]}{which}: "

    def _group(self, doing: str, count: int) -> str:
        """Say of those who do the same how many they are, or who, and when the first will be free."""
        alike = [one for one in self.fitting if one.doing == doing]
        named = len(alike) == count <= MOST_NAMED
        who = _listed([one.name for one in alike]) if named else str(count)
        return f"{who} {DOING[doing][count > 1]}{self._soon(alike, count)}"

    def _soon(self, alike: Sequence[Fitting], count: int) -> str:
        """Say when the first of them is expected to be free; who is past that may be at any moment."""
        expected = [(one.free_at, one.name) for one in alike if one.free_at]
        if not expected:
            return ""
        free_at, name = next((one for one in expected if one[0] > self.at), expected[0])
        when = f"in about {_about(free_at, self.at)}" if free_at > self.at else "at any moment"
        return f", free {when}" if count == 1 else f", {name} free {when}"

    def _what_comes(self) -> Iterator[str]:
        if self.widens_at and not self.ringing:
            yield f"In {_about(self.widens_at, self.at)} also {self.steps[self.step + 1]}."
        if self.overflows_at and not self.ringing:
            yield f"In {_about(self.overflows_at, self.at)} it moves on to {self.overflows_to}."
        if self.head_start_seconds:
            yield f"It counts as having waited {_span(self.head_start_seconds)} longer than it has."


def _about(instant: datetime, at: datetime) -> str:
    return _span((instant - at).total_seconds())


def _span(seconds: float) -> str:
    """Return how long that is, to the second, the minute or the hour."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{round(seconds / 3600)} h"


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
