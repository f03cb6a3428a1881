"""Why a contact went where it went, or why it still waits: as data, and in words for a supervisor.

Pure: standard library only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from rapport.routing.terms import ANYONE, By

BEST_BY = {
    By.LONGEST_IDLE: "",
    By.LEAST_OCCUPIED: ", the least occupied first",
    By.MOST_PROFICIENT: ", the most proficient first",
    By.BEST_OUTCOME: ", the best expected outcome for this matter",
}

PASSED_OVER = "Passed over: "


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A rep who did not get the contact, and why.

    The code is one of declined, wider_step, behind, not_drawn (they fit and were free), taken, reserved, full,
    above_ceiling (they fit and were not free), later_step, unfit.
    """

    rep: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a contact went where it went, or why it still waits (`rep` is None).

    On a large floor only the first 20 eligible and the first 20 passed over are told; the counts are of all.

    `step` is the index of the step that matched, or of the widest one reached; `people` are the reps it names.
    `absent` are the steps before it that were skipped because nobody signed in met them. `eligible` are those who
    met a step reached by then and could take the contact, best first; `busy_count` is how many met one and could
    not. `position` is the place in the order of the queue, from 1. When the rep was `drawn` by chance, each of the
    reps it was drawn from had the same `propensity`; else it is 1, and None while nobody has the contact. Where
    the choice goes by it, `expected` is the outcome expected of the rep, and `expected_of` on how many it rests.
    """

    contact: int
    queue: str
    channel: str
    rep: int | None
    by: By
    drawn: bool
    propensity: float | None
    step: int
    steps: tuple[str, ...]
    people: tuple[int, ...]
    absent: tuple[int, ...]
    waited_seconds: float
    head_start_seconds: float
    position: int | None
    eligible: tuple[int, ...]
    eligible_count: int
    busy_count: int
    passed_over: tuple[PassedOver, ...]
    passed_over_count: int
    widens_in_seconds: float | None
    expected: float | None = None
    expected_of: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The trace as JSON-able data."""
        passed_over = [{"rep": one.rep, "code": one.code, "reason": one.reason} for one in self.passed_over]
        return {**{name: getattr(self, name) for name in self.__slots__}, "passed_over": passed_over}

    def words(self, names: Mapping[int, str] | None = None) -> str:
        """The trace as sentences for a supervisor; `names` says what to call the reps."""
        called = names or {}
        said = (self._wait_in_words(called), self._choice_in_words(called), self._passed_in_words(called))
        return " ".join(filter(None, said))

    def _wait_in_words(self, names: Mapping[int, str]) -> str:
        verb = "Waited" if self.rep is not None else "Waiting"
        place = f", number {self.position} in line" if self.position else ""
        start = f" with a head start of {self.head_start_seconds:.0f} s" if self.head_start_seconds else ""
        return f"{verb} {self.waited_seconds:.0f} s{place}{start}{self._wish_in_words(names)}."

    def _wish_in_words(self, names: Mapping[int, str]) -> str:
        step = self.steps[self.step]
        if step == str(ANYONE[0]) and not self.step:
            return ""
        named = f", {' or '.join(_called(rep, names) for rep in self.people)}" if self.people else ""
        wider = f" (step {self.step + 1} of {len(self.steps)}{self._absence_in_words()})" if self.step else ""
        return f"; wants {step}{named}{wider}"

    def _absence_in_words(self) -> str:
        skipped = " and ".join(f"{index + 1} ({self.steps[index]})" for index in self.absent)
        return f"; nobody signed in fits step {skipped}" if skipped else ""

    def _choice_in_words(self, names: Mapping[int, str]) -> str:
        count = self.eligible_count
        if self.rep is None:
            return f"{self._obstacle_in_words()}{self._widening_in_words()}"
        if self.drawn and self.propensity:
            among = round(1 / self.propensity)
            reps = "rep" if among == 1 else "reps"
            return f"{_called(self.rep, names)} was drawn by chance from the {among} free {reps} of this step."
        if count == 1:
            return f"{_called(self.rep, names)} was the only free rep who fits."
        expected = "" if self.expected is None else f": {self.expected:.0%} (n={self.expected_of})"
        best = f"the best of {count} free reps who fit{BEST_BY[self.by]}{expected}"
        return f"{_called(self.rep, names)} was {best}."

    def _obstacle_in_words(self) -> str:
        if self.eligible_count:
            fit = "1 free rep fits" if self.eligible_count == 1 else f"{self.eligible_count} free reps fit"
            return f"{fit}, with others before in line."
        if not self.busy_count:
            return "Nobody signed in fits."
        fit = "1 rep fits and is busy" if self.busy_count == 1 else f"{self.busy_count} reps fit and are busy"
        if (self.position or 1) > 1:
            return f"{fit}; those before in line go first."
        return f"{fit}; the first to be free gets it."

    def _widening_in_words(self) -> str:
        return (
            "" if self.widens_in_seconds is None else f" In {self.widens_in_seconds:.0f} s the next step counts."
        )

    def _passed_in_words(self, names: Mapping[int, str]) -> str:
        told = [f"{_called(one.rep, names)} {one.reason}" for one in self.passed_over]
        if more := self.passed_over_count - len(told):
            told.append(f"and {more} more" if told else f"{more} reps")
        return f"{PASSED_OVER}{'; '.join(told)}." if told else ""


def _called(rep: int, names: Mapping[int, str]) -> str:
    return names.get(rep, f"Rep {rep}")


class Assignment(NamedTuple):
    """This contact goes to this rep; the trace is None when none was asked for."""

    contact: int
    rep: int
    trace: Trace | None = None


def told_to_rep(words: str) -> str:
    """Return what the rep is told of a trace's words: not who was passed over, and what colleagues lack."""
    return apart(words)[0]


def apart(words: str) -> tuple[str, str]:
    """Return a trace's words on who got the contact, and those on who was passed over and what they lack."""
    chosen, _, passed_over = words.partition(f" {PASSED_OVER}")
    return chosen, passed_over
