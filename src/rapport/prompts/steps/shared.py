"""What all scripts share: a model that ranks the steps of any script by its graph and its words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from rapport.numeric import choice
from rapport.numeric.choice import Choices
from rapport.prompts.steps import signs
from rapport.prompts.steps.dialogues import Decision, Situation
from rapport.prompts.steps.options import RELATIONS, Meanings, Steps, relations

Floats = NDArray[np.float64]
PENALTY = 25.0  # chosen by leaving scripts out of what is learnt from
LEAST_SCRIPTS, LEAST_TIMES = 4, 20  # a sign of fewer scripts or decisions is not shared
FEW, MANY = 100, 300  # from so many decisions on a script's count less each, and up to so few more


@dataclass(frozen=True)
class Shared:
    """Places of signs and of features of steps, and the weights on each pair of them."""

    situations: Mapping[str, int]
    options: Mapping[str, int]
    weights: Floats

    def log_shares(self, steps: Steps, situations: Sequence[Situation], meanings: Meanings) -> Floats:
        """Return the log-share of each step of a script in each situation, shape (situations, steps)."""
        shares = _choices(self.situations, self.options, steps, situations, meanings).log_shares(self.weights)
        return shares.reshape(len(situations), len(steps.names))


def train(by_script: Mapping[str, Sequence[Decision]], steps: Mapping[str, Steps], meanings: Meanings) -> Shared:
    """Train on decisions as if each script had never been met: on steps named as other scripts name them."""
    places, features = _signs(by_script), _features(steps.values())
    parts, chosen, worth = list[Choices](), list[int](), list[float]()
    start = 0
    for name, decisions in by_script.items():
        number = {step: place for place, step in enumerate(steps[name].names)}
        kept = [each for each in decisions if each.chosen in number]
        if kept:
            situations = [each.situation for each in kept]
            parts.append(_choices(places, features, steps[name], situations, meanings))
            chosen += [start + row * len(number) + number[each.chosen] for row, each in enumerate(kept)]
            worth += [float(np.sqrt(MANY / max(len(decisions), FEW)))] * len(kept)
            start += len(kept) * len(number)
    if not parts:
        return Shared(places, features, np.zeros((len(places), len(features))))
    return Shared(places, features, choice.fit(_together(parts), chosen, penalty=PENALTY, worth=worth))


def _together(parts: Sequence[Choices]) -> Choices:
    sizes = np.concatenate([np.diff(part.ends) for part in parts])
    situations = csr_array(vstack([part.situations for part in parts], format="csr"))
    options = csr_array(vstack([part.options for part in parts], format="csr"))
    return Choices(situations, options, np.concatenate([[0], np.cumsum(sizes)]))


def _choices(
    places: Mapping[str, int],
    features: Mapping[str, int],
    steps: Steps,
    situations: Sequence[Situation],
    meanings: Meanings,
) -> Choices:
    shown = rows([dict.fromkeys(signs.common(now), 1.0) for now in situations], places)
    described = (
        {**steps.fixed[name], **relation}
        for now in situations
        for name, relation in zip(steps.names, relations(steps, now, meanings), strict=True)
    )
    ends = np.arange(len(situations) + 1) * len(steps.names)
    return Choices(shown, rows(described, features), ends)


def _signs(by_script: Mapping[str, Sequence[Decision]]) -> dict[str, int]:
    """Return places for the signs that enough scripts and decisions show."""
    times: Counter[str] = Counter()
    where: defaultdict[str, set[str]] = defaultdict(set)
    for name, decisions in by_script.items():
        for each in decisions:
            for sign in set(signs.common(each.situation)):
                times[sign] += 1
                where[sign].add(name)
    scripts = min(LEAST_SCRIPTS, len(by_script))
    kept = {sign for sign in times if times[sign] >= LEAST_TIMES and len(where[sign]) >= scripts}
    return {sign: place for place, sign in enumerate(sorted(kept | {"1"}))}


def _features(steps: Iterable[Steps]) -> dict[str, int]:
    """Return places for the features of steps that two scripts have, and for all relations."""
    where = Counter(name for known in steps for name in {name for own in known.fixed.values() for name in own})
    kept = sorted(name for name, scripts in where.items() if scripts > 1)
    return {name: place for place, name in enumerate([*kept, *RELATIONS])}


def rows(found: Iterable[Mapping[str, float]], places: Mapping[str, int]) -> csr_array:
    """Return one row a mapping of names to numbers; a name without a place is left out."""
    ends, columns, values = [0], list[int](), list[float]()
    for each in found:
        for name, value in each.items():
            place = places.get(name)
            if place is not None:
                columns.append(place)
                values.append(value)
        ends.append(len(columns))
    return csr_array((values, columns, ends), shape=(len(ends) - 1, len(places)))
