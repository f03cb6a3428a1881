"""Recorded calls as a floor that can be run again by other rules.

Taken from the log: when callers asked for a person, what for, their segment, and how long the talk was.
Drawn by chance from what the log shows: how long those who gave up would have talked (like those answered
with the same reason), and how much longer those answered would have waited (Kaplan-Meier: each answer
censors a patience). Inferred: the reps' hours and skills (see `hours`). The same seed draws the same for every
rule, so that two rules differ by what they do and not by chance.

Limits: callers answered at once may be recorded without segment (the bank's are), so a head start they may have
had is lost; a caller's decision to call again, or at all, does not depend on the rule.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.contacts.call_logs.records import CallRecord
from rapport.kit.errors import Invalid
from rapport.numeric.survival import kaplan_meier
from rapport.routing.policy import Kind, Scores

from . import resolution
from .crew import Crew, hours_on_file, is_covered, profiled
from .engine import Arrivals, Run, simulate
from .figures import Figures, Thresholds, figures, occupancies
from .hours import AWAY_SECONDS, infer_hours
from .rules import Floor, Rule

Floats = NDArray[np.float64]
FEWEST_WHO_GAVE_UP = 100  # of a segment, for a curve of patience of its own


@dataclass(frozen=True, slots=True)
class Told:
    """The figures of the whole and of each segment."""

    overall: Figures
    by_segment: dict[str, Figures]


class Recording:
    """The calls of a log that asked for a person, in order of time, and the floor they came to."""

    def __init__(
        self,
        calls: Iterable[CallRecord],
        *,
        away_seconds: float = AWAY_SECONDS,
        crew: Crew | None = None,
        history: Sequence[CallRecord] = (),
    ) -> None:
        """Take the floor from what is on file of the crew, and infer what is not.

        Args:
            calls: the recorded calls, in any order.
            away_seconds: a rep without a call for longer was away.
            crew: what is on file of the reps.
            history: calls from which to learn what to expect of reps, these among them; without it, these alone.

        Raises:
            Invalid: no call asked for a person.
        """
        every = list(calls)
        asked = sorted((call for call in every if call.queued_at is not None), key=_asked_at)
        if not asked:
            raise Invalid("The log holds no call that asked for a person.")
        self.left_before_queue = len(every) - len(asked)
        self.has_hours = crew is not None and is_covered(asked, crew)
        self._crew = crew or Crew({})
        self.hours = (
            hours_on_file(asked, self._crew)
            if self.has_hours
            else profiled(infer_hours(asked, away_seconds=away_seconds), self._crew)
        )
        self.segments = np.array([call.segment_key for call in asked])
        self.reasons = [call.reason_key for call in asked]
        self.channels = [call.channel for call in asked]
        self.at = np.array([_asked_at(call)[0] for call in asked])
        self._wait = np.array([call.wait_seconds for call in asked], dtype=float)
        self._talk = np.array([call.talk_seconds for call in asked], dtype=float)
        self._answered = np.array([call.answered_at is not None for call in asked])
        self.answered_by_nobody = sum(call.answered_at is not None and call.agent_id is None for call in asked)
        self._expect(sorted((call for call in history if call.queued_at), key=_asked_at) or asked)

    @property
    def floor(self) -> Floor:
        """Who is there and what they are called for."""
        return Floor(
            names=self.hours.names,
            skills={shift.rep: shift.skills for shift in self.hours.shifts},
            segments=frozenset(self.segments.tolist()),
            reasons=frozenset(self.reasons),
            teams=frozenset(shift.team for shift in self.hours.shifts if shift.team),
            channels=frozenset(self.channels),
        )

    @property
    def rep_hours(self) -> float:
        """The hours in which a rep took contacts, all together."""
        return sum(shift.ends - shift.begins for shift in self.hours.shifts) / 3600

    def recorded(self, thresholds: Thresholds) -> Told:
        """The figures of what was recorded."""
        run = Run(self._wait, np.where(self._answered, self.hours.rep, -1))
        return self._told(run, self._talk + self.hours.wrap_up_seconds, thresholds)

    def replay(self, rule: Rule, seed: int, thresholds: Thresholds) -> Told:
        """The figures of the same contacts by this rule; the same seed gives the same."""
        arrivals = self.arrivals(rule, seed)
        run = self._simulate(rule, arrivals)
        return self._told(run, arrivals.service_seconds, thresholds, ring_seconds=self._crew.ring_seconds)

    def run(self, rule: Rule, seed: int) -> Run:
        """What becomes of each contact by this rule."""
        return self._simulate(rule, self.arrivals(rule, seed))

    def _simulate(self, rule: Rule, arrivals: Arrivals) -> Run:
        return simulate(
            arrivals, self.hours.shifts, choice=rule.choice, scores=self._scores, capacity=rule.capacity
        )

    def arrivals(self, rule: Rule, seed: int) -> Arrivals:
        """The contacts by this rule, with what chance says of their service and patience."""
        random = np.random.default_rng(seed)
        kinds = list(zip(self.reasons, self.segments.tolist(), strict=True))
        asked = list(zip(kinds, self.channels, strict=True))
        starts = {
            (kind, channel): rule.head_start_seconds(segment=kind[1], reason=kind[0], channel=channel)
            for kind, channel in set(asked)
        }
        steps = {(kind, channel): rule.steps(kind[0], channel) for kind, channel in set(asked)}
        return Arrivals(
            at=self.at,
            patience_seconds=self._patience(random),
            service_seconds=self._talks(random) + self.hours.wrap_up_seconds,
            head_start_seconds=np.array([starts[one] for one in asked], dtype=float),
            steps=[steps[one] for one in asked],
            kinds=kinds,
            channels=self.channels,
        )

    def _patience(self, random: np.random.Generator) -> Floats:
        """How long each waits before giving up; by the segments of whom enough did, the others together."""
        patience, gave_up = self._wait.copy(), ~self._answered
        segments, number = np.unique(self.segments, return_inverse=True)
        enough = np.bincount(number, weights=gave_up) >= FEWEST_WHO_GAVE_UP
        group = np.where(enough[number], number, segments.size)
        for which in np.unique(group):
            part = group == which
            stayed = part & self._answered
            curve = kaplan_meier(self._wait[part], gave_up[part])
            patience[stayed] = curve.draw(self._wait[stayed], random)
        return patience

    def _talks(self, random: np.random.Generator) -> Floats:
        """Recorded talk, or for who gave up one drawn from those answered with the same reason (or with any)."""
        talks = self._talk.copy()
        reasons = np.array(self.reasons)
        everyone = self._talk[self._answered]
        for reason in np.unique(reasons[~self._answered]):
            gone = (reasons == reason) & ~self._answered
            like = self._talk[(reasons == reason) & self._answered]
            pool = like if like.size else everyone if everyone.size else np.zeros(1)
            talks[gone] = random.choice(pool, int(gone.sum()))
        return talks

    def _expect(self, history: Sequence[CallRecord]) -> None:
        """Learn what each rep is likely to settle, and to hand on."""
        names = np.array([call.reason_key for call in history])
        self._reason_names, reason = np.unique(np.concatenate((names, self.reasons)), return_inverse=True)
        self._reason = reason[len(history) :]
        reps = 1 + max(int(self.hours.rep.max()), *(shift.rep for shift in self.hours.shifts), -1)
        by = self.hours.names
        rep = np.array([by.get(call.agent_id or "", -1) if call.answered_at else -1 for call in history])
        self._settles, self._hands_on = (
            resolution.expected(rep, reason[: len(history)], outcome, reps=reps, reasons=self._reason_names.size)
            for outcome in (resolution.resolved(history), resolution.handed_on(history))
        )
        known: dict[tuple[Kind, int], float] = {}
        if self._settles is not None:
            for kind in set(zip(self.reasons, self.segments.tolist(), strict=True)):
                of_kind = int(np.searchsorted(self._reason_names, kind[0]))
                known |= {(kind, rep): float(self._settles[rep, of_kind]) for rep in range(reps)}
        self._scores = Scores(known)

    def _told(self, run: Run, service: Floats, thresholds: Thresholds, *, ring_seconds: float = 0.0) -> Told:
        """The figures of a run; a contact is answered when it has rung at its rep."""
        settled, handed_on = (
            None if shares is None else np.where(run.answered, shares[run.rep, self._reason], np.nan)
            for shares in (self._settles, self._hands_on)
        )
        busy = occupancies(self.at, service, run, self.hours.shifts)
        waits = run.wait_seconds + np.where(run.answered, ring_seconds, 0.0)

        def of(part: NDArray[np.bool_] | slice) -> Figures:
            return figures(
                waits[part],
                run.answered[part],
                thresholds=thresholds,
                resolution=None if settled is None else settled[part],
                transfers=None if handed_on is None else handed_on[part],
                occupancies=busy if isinstance(part, slice) else None,
            )

        segments = np.unique(self.segments).tolist()
        return Told(of(slice(None)), {segment: of(self.segments == segment) for segment in segments})


def _asked_at(call: CallRecord) -> tuple[float, int]:
    return (call.queued_at or call.arrived_at).timestamp(), call.line_number
