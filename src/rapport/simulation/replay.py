"""Recorded calls put through a policy: who would have waited how long, beside who did.

Taken from the log: when callers asked for a person, what for, their segment, and how long the talk was.
Drawn by chance from what the log shows: how long those who gave up would have talked (like those answered
with the same reason), and how much longer those answered would have waited (Kaplan-Meier: each answer
censors a patience). Inferred: the reps' hours and skills (see `hours`).

Limits: callers answered at once are recorded without segment (a fault of the recording), so a head start
they may have had is lost; a caller's decision to call again, or at all, does not depend on the policy.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.contacts.call_logs.records import CallRecord
from rapport.kit.errors import Invalid
from rapport.numeric.survival import kaplan_meier
from rapport.routing.policy import Need, Step

from .engine import Arrivals, simulate
from .figures import Figures, figures
from .hours import AWAY_SECONDS, Hours, infer_hours

POLICIES = ("fifo", "recorded-priority")


@dataclass(frozen=True, slots=True)
class Beside:
    """The same contacts, as they went and as they would have gone."""

    recorded: Figures
    simulated: Figures


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found, overall and by segment, with what it rests on.

    `answered_by_nobody` are recorded answers that name no rep. `rep_hours` are those in which a rep took
    contacts. `unserved` still waited when the last rep had gone; they count as abandoned.
    """

    policy: str
    seed: int
    overall: Beside
    by_segment: dict[str, Beside]
    left_before_queue: int
    reps: int
    answered_by_nobody: int
    rep_hours: float
    wrap_up_seconds: float
    unserved: int


def replay(
    calls: Iterable[CallRecord],
    *,
    policy: str,
    head_start_seconds: dict[str, int],
    seed: int = 0,
    away_seconds: float = AWAY_SECONDS,
    threshold_seconds: float = 20.0,
) -> Replay:
    """Put the calls through `routing.policy.decide`.

    Args:
        calls: the recorded calls, in any order.
        policy: "fifo", or "recorded-priority", in which segments have their head start.
        head_start_seconds: of each segment that has one.
        seed: where chance starts; the same seed gives the same replay.
        away_seconds: a rep without a call for longer was away.
        threshold_seconds: of the service level.

    Raises:
        Invalid: an unknown policy, or no call that asked for a person.
    """
    if policy not in POLICIES:
        raise Invalid(f"There is no policy {policy!r}; there are {', '.join(POLICIES)}.")
    all_calls = list(calls)
    asked = sorted((call for call in all_calls if call.queued_at is not None), key=_asked_at)
    if not asked:
        raise Invalid("The log holds no call that asked for a person.")
    hours = infer_hours(asked, away_seconds=away_seconds)
    starts = head_start_seconds if policy == "recorded-priority" else {}
    run = simulate(_arrivals(asked, hours, starts, np.random.default_rng(seed)), hours.shifts)
    beside = _Beside(asked, run.wait_seconds, run.answered, threshold_seconds)
    segments = np.array([call.segment_key for call in asked])
    return Replay(
        policy=policy,
        seed=seed,
        overall=beside.of(np.full(len(asked), True)),
        by_segment={key: beside.of(segments == key) for key in sorted(set(segments.tolist()))},
        left_before_queue=len(all_calls) - len(asked),
        reps=len({call.agent_id for call in asked if call.agent_id}),
        answered_by_nobody=sum(call.answered_at is not None and call.agent_id is None for call in asked),
        rep_hours=sum(shift.ends - shift.begins for shift in hours.shifts) / 3600,
        wrap_up_seconds=hours.wrap_up_seconds,
        unserved=int(np.isnan(run.wait_seconds).sum()),
    )


class _Beside:
    """Recorded and simulated figures of any part of the calls."""

    def __init__(
        self,
        asked: Sequence[CallRecord],
        wait_seconds: NDArray[np.float64],
        answered: NDArray[np.bool_],
        threshold_seconds: float,
    ) -> None:
        self._recorded = np.array([call.wait_seconds for call in asked], dtype=float), _answered(asked)
        self._simulated = wait_seconds, answered
        self._threshold_seconds = threshold_seconds

    def of(self, part: NDArray[np.bool_]) -> Beside:
        """The figures of the calls where `part` is true."""
        recorded, simulated = (
            figures(waits[part], answered[part], threshold_seconds=self._threshold_seconds)
            for waits, answered in (self._recorded, self._simulated)
        )
        return Beside(recorded, simulated)


def _asked_at(call: CallRecord) -> tuple[float, int]:
    return (call.queued_at or call.arrived_at).timestamp(), call.line_number


def _answered(asked: Sequence[CallRecord]) -> NDArray[np.bool_]:
    return np.array([call.answered_at is not None for call in asked])


def _arrivals(
    asked: Sequence[CallRecord], hours: Hours, starts: dict[str, int], random: np.random.Generator
) -> Arrivals:
    waits = np.array([call.wait_seconds for call in asked], dtype=float)
    answered = _answered(asked)
    known = {reason for shift in hours.shifts for reason in shift.skills}
    steps = {reason: (Step((Need(reason),)),) for reason in known}
    patience = waits.copy()
    patience[answered] = kaplan_meier(waits, ~answered).draw(waits[answered], random)
    return Arrivals(
        at=np.array([_asked_at(call)[0] for call in asked]),
        service_seconds=_talks(asked, random) + hours.wrap_up_seconds,
        patience_seconds=patience,
        head_start_seconds=np.array([starts.get(call.segment_key, 0) for call in asked], dtype=float),
        steps=[steps.get(call.reason_key, ()) for call in asked],
    )


def _talks(asked: Sequence[CallRecord], random: np.random.Generator) -> NDArray[np.float64]:
    """Recorded talk, or for who gave up one drawn from those answered with the same reason (or with any)."""
    by_reason: dict[str, list[int]] = defaultdict(list)
    for call in asked:
        if call.answered_at is not None:
            by_reason[call.reason_key].append(call.talk_seconds)
    everyone = [talk for talks in by_reason.values() for talk in talks] or [0]
    return np.array(
        [
            call.talk_seconds
            if call.answered_at is not None
            else random.choice(by_reason.get(call.reason_key) or everyone)
            for call in asked
        ],
        dtype=float,
    )
