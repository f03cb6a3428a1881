"""Orders the steps that may come next, likeliest first; trained on recorded dialogues."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.kit.errors import Invalid
from rapport.numeric import softmax
from rapport.prompts.steps import shared, signs
from rapport.prompts.steps.dialogues import Decision, Situation
from rapport.prompts.steps.options import Elsewhere, Meanings, Steps, steps_of
from rapport.prompts.steps.scripts import Script
from rapport.prompts.steps.shared import Shared

Floats = NDArray[np.float64]
STRENGTH = 0.1  # of a script's own model; this and the next two chosen by folds of dialogues
TRUST = 0.5  # how much of the shared model's log-share a script's own begins with
WEIGHT_OF_MEANING = 3.0
FLOOR = -8.0  # no step is held for less likely than this before its script's own model speaks
MOST_ROUNDS = 60


@dataclass(frozen=True)
class Own:
    """What one script's dialogues taught: places of its signs, and weights on them and on what was said last."""

    places: Mapping[str, int]
    weights: softmax.Softmax

    def log_shares(self, situations: Sequence[Situation], meanings: Meanings, before: Floats) -> Floats:
        """Return the log-shares, from what the shared model said before."""
        return self.weights.log_shares(_blocks(self.places, situations, meanings), _offset(before))


@dataclass(frozen=True)
class Ranker:
    """What was trained: steps of each script, what all share, and what those with dialogues have of their own."""

    steps: Mapping[str, Steps]
    shared: Shared
    own: Mapping[str, Own]
    meanings: Meanings

    def rank(self, script: str, situations: Sequence[Situation]) -> list[list[tuple[str, float]]]:
        """Return for each situation the steps of a script, likeliest first, each with its probability."""
        if script not in self.steps:
            raise Invalid(f"There is no script {script}.")
        if not situations:
            return []
        self.meanings.learn(text for now in situations for text in _texts(now))
        steps = self.steps[script]
        shares = self.shared.log_shares(steps, situations, self.meanings)
        if script in self.own:
            shares = self.own[script].log_shares(situations, self.meanings, shares)
        orders = np.argsort(-shares, axis=1, kind="stable")
        return [
            [(steps.names[place], float(np.exp(row[place]))) for place in order]
            for row, order in zip(shares, orders, strict=True)
        ]


def train(decisions: Sequence[Decision], scripts: Mapping[str, Script]) -> Ranker:
    """Train on decisions; scripts without any are ranked by what the others share."""
    if not decisions:
        raise Invalid("There is no decision to learn from.")
    by_script: defaultdict[str, list[Decision]] = defaultdict(list)
    for each in decisions:
        by_script[each.script].append(each)
    elsewhere, meanings = Elsewhere(decisions), Meanings()
    meanings.learn(text for each in decisions for text in _texts(each.situation))
    meanings.learn(words for script in scripts.values() for words in script.replies.values())
    alike = shared.train(by_script, {name: steps_of(each, elsewhere) for name, each in scripts.items()}, meanings)
    steps = {
        name: steps_of(script, elsewhere, {each.chosen for each in by_script.get(name, [])})
        for name, script in scripts.items()
    }
    own = {name: _own(steps[name], met, alike, meanings) for name, met in by_script.items()}
    return Ranker(steps, alike, own, meanings)


def _own(steps: Steps, decisions: Sequence[Decision], alike: Shared, meanings: Meanings) -> Own:
    situations = [each.situation for each in decisions]
    times = Counter(sign for now in situations for sign in set(signs.own(now)))
    places = {sign: place for place, sign in enumerate(sorted(sign for sign in times if times[sign] > 1))}
    number = {step: place for place, step in enumerate(steps.names)}
    weights = softmax.fit(
        _blocks(places, situations, meanings),
        [number[each.chosen] for each in decisions],
        k=len(number),
        strength=STRENGTH,
        offset=_offset(alike.log_shares(steps, situations, meanings)),
        most_rounds=MOST_ROUNDS,
    )
    return Own(places, weights)


def _offset(before: Floats) -> Floats:
    return np.maximum(TRUST * before, FLOOR)


def _blocks(places: Mapping[str, int], situations: Sequence[Situation], meanings: Meanings) -> list[softmax.Block]:
    shown = shared.rows([dict.fromkeys(signs.own(now), 1.0) for now in situations], places)
    said = np.array([meanings.of(now.since[-1] if now.since else "") for now in situations], dtype=np.float64)
    return [shown, WEIGHT_OF_MEANING * said]


def _texts(now: Situation) -> list[str]:
    """Return the texts of a situation whose meaning is looked at."""
    return [*now.since[-1:], *now.said[-6:], signs.message(now.item or {})]
