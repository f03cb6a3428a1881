"""How well reasons are told, and whether one way of telling them is better than another beyond chance; pure.

What is said rightly is worth one, wrongly one less than nothing, and nothing said is worth nothing: a wrong prompt
does as much harm as a right one does good. Two ways are compared contact by contact.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from rapport.numeric.intervals import mean_interval

CONFIDENCE = 0.99  # a model a week: of those no better than what is in use, one in 200 takes its place
MOST_CONFUSIONS = 20
MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Judged:
    """A contact that nothing learnt from: its public id, the reason on file, and what each way says of it."""

    contact: str
    reason: str
    before: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Of how many contacts the reason was said rightly, wrongly, or not at all."""

    right: int = 0
    wrong: int = 0
    silent: int = 0

    @property
    def n(self) -> int:
        """How many there are."""
        return self.right + self.wrong + self.silent


@dataclass(frozen=True, slots=True)
class OfReason:
    """How one reason is told: of the contacts that have it, and how many others are taken for it."""

    reason: str
    right: int = 0
    wrong: int = 0
    silent: int = 0
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Confusion:
    """A reason taken for another, how often, and some of the contacts."""

    reason: str
    said: str
    count: int
    contacts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of a comparison; the difference is in worth a contact, with its interval."""

    now: Counts
    before: Counts
    difference: float
    low: float
    high: float
    reasons: list[OfReason]
    confusions: list[Confusion]

    @property
    def is_better(self) -> bool:
        """Say whether what is new is better beyond chance."""
        return self.low > 0


def worth(said: str | None, reason: str) -> int:
    """Return what is gained by saying this of a contact with that reason."""
    return 0 if said is None else 1 if said == reason else -1


def compare(judged: Sequence[Judged]) -> Figures:
    """Compare two ways on two contacts or more."""
    gained = [worth(one.now, one.reason) - worth(one.before, one.reason) for one in judged]
    mean, low, high = mean_interval(np.asarray(gained, dtype=float), CONFIDENCE)
    return Figures(
        now=_counts([(one.now, one.reason) for one in judged]),
        before=_counts([(one.before, one.reason) for one in judged]),
        difference=mean,
        low=low,
        high=high,
        reasons=_by_reason(judged),
        confusions=_confusions(judged),
    )


def _counts(pairs: Sequence[tuple[str | None, str]]) -> Counts:
    found = Counter(worth(said, reason) for said, reason in pairs)
    return Counts(right=found[1], wrong=found[-1], silent=found[0])


def _by_reason(judged: Sequence[Judged]) -> list[OfReason]:
    pairs: defaultdict[str, list[tuple[str | None, str]]] = defaultdict(list)
    for one in judged:
        pairs[one.reason].append((one.now, one.reason))
    taken = Counter(one.now for one in judged if one.now not in (None, one.reason))
    found = []
    for reason, own in sorted(pairs.items(), key=lambda each: (-len(each[1]), each[0])):
        counts = _counts(own)
        found.append(OfReason(reason, counts.right, counts.wrong, counts.silent, taken[reason]))
    return found


def _confusions(judged: Sequence[Judged]) -> list[Confusion]:
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for one in judged:
        if one.now not in (None, one.reason):
            found[one.reason, str(one.now)].append(one.contact)
    most = sorted(found.items(), key=lambda each: (-len(each[1]), each[0]))[:MOST_CONFUSIONS]
    return [Confusion(reason, said, len(own), own[:MOST_EXAMPLES]) for (reason, said), own in most]
