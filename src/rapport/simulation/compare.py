"""Several rules beside each other on the same recorded calls, each with how sure its figures are.

Each rule is run once for each seed. A figure is the mean over the seeds, with Student's interval at 95 %. A change
is against the first rule, seed by seed: both met the same chance, so the change is surer than the two figures are.
The intervals say what chance does on these calls; they do not say how other weeks would differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import product

from rapport.numeric.intervals import mean_interval

from .figures import USUAL, Figures, Thresholds
from .recording import Recording, Told
from .rules import Rule

Values = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The mean over the seeds, and the ends of its interval (None with one seed)."""

    mean: float
    low: float | None
    high: float | None

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


Estimates = dict[str, Estimate | None]


@dataclass(frozen=True, slots=True)
class Part:
    """One rule on one part of the calls: each figure, and its change against the first rule (None for that)."""

    figures: Estimates
    change: Estimates | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one rule."""

    policy: str
    overall: Part
    by_segment: dict[str, Part]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a comparison rests on.

    `answered_by_nobody` are recorded answers that name no rep. `rep_hours` are those in which a rep took
    contacts; they are on file (`has_hours`) or else inferred. `wrap_up_seconds` is what a contact takes of a rep
    beside the conversation.
    """

    left_before_queue: int
    reps: int
    answered_by_nobody: int
    rep_hours: float
    wrap_up_seconds: float
    has_hours: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The recorded figures, and those of each rule."""

    seeds: list[int]
    thresholds: Thresholds
    basis: Basis
    recorded: Told
    policies: list[Outcome]


def compare(
    recording: Recording,
    rules: Sequence[Rule],
    *,
    seeds: Sequence[int],
    thresholds: Thresholds = USUAL,
    ran: Callable[[int], None] = lambda _runs: None,
) -> Comparison:
    """Run each rule once for each seed; the first is what the others are held against.

    Args:
        recording: the contacts and the floor they came to.
        rules: what is compared.
        seeds: where chance starts, run by run.
        thresholds: what counts as in time, and as long.
        ran: hears after each run how many there were; what it raises ends the comparison.

    Raises:
        ValueError: no rule or no seed.
    """
    if not rules or not seeds:
        raise ValueError("a comparison needs a rule and a seed")
    runs: list[list[Told]] = [[] for _ in rules]
    for number, (seed, (told, rule)) in enumerate(product(seeds, zip(runs, rules, strict=True)), 1):
        told.append(recording.replay(rule, seed, thresholds))
        ran(number)
    return Comparison(
        seeds=list(seeds),
        thresholds=thresholds,
        basis=Basis(
            left_before_queue=recording.left_before_queue,
            reps=len(recording.hours.names),
            answered_by_nobody=recording.answered_by_nobody,
            rep_hours=recording.rep_hours,
            wrap_up_seconds=recording.hours.wrap_up_seconds,
            has_hours=recording.has_hours,
        ),
        recorded=recording.recorded(thresholds),
        policies=[
            _outcome(rule.name, told, None if number == 0 else runs[0])
            for number, (rule, told) in enumerate(zip(rules, runs, strict=True))
        ],
    )


def _outcome(policy: str, runs: list[Told], first: list[Told] | None) -> Outcome:
    def of(segment: str | None) -> Part:
        mine, others = (
            [run.overall if segment is None else run.by_segment[segment] for run in which]
            for which in (runs, first or [])
        )
        return _part(mine, others)

    return Outcome(policy, of(None), {key: of(key) for key in runs[0].by_segment})


def _part(runs: list[Figures], first: list[Figures]) -> Part:
    values = [asdict(one) for one in runs]
    names = list(values[0])
    figures = {name: _estimate([one[name] for one in values]) for name in names}
    if not first:
        return Part(figures, None)
    pairs = list(zip(values, map(asdict, first), strict=True))
    return Part(
        figures, {name: _estimate([_less(one[name], other[name]) for one, other in pairs]) for name in names}
    )


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _estimate(samples: list[float | None]) -> Estimate | None:
    """None where a run has no such figure."""
    known = [sample for sample in samples if sample is not None]
    if len(known) < len(samples):
        return None
    return Estimate(*mean_interval(known)) if len(known) > 1 else Estimate(known[0], None, None)
