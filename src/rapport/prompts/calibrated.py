"""Reasons that say how often they are right, and so know when to say none of these; pure.

A model's sureness is no probability. How often it is right at which sureness is found by folds of what it learns
from: each fold is judged by a model that knows neither its sentences nor a part of the reasons, whose sentences
are then to be none of these, as small talk is. What is right less than half the time is not said: it would do more
harm than good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from rapport.numeric.softmax import Softmax
from rapport.prompts import reasons
from rapport.prompts.examples import Example
from rapport.prompts.reasons import Reasons
from rapport.prompts.seeds import SMALL_TALK
from rapport.prompts.text.grams import Grams
from rapport.prompts.text.remembered import remembered
from rapport.prompts.text.vectors import Vectors, vectors

Floats = NDArray[np.float64]
RIGHT_ENOUGH = 0.5
FOLDS = 4
LEAST_LEFT = 2  # reasons, or none of them is left out of a fold
MOST_PER_REASON = 100  # of which the folds are made: enough for the curve, and five fits are to end
MOST_STEPS = 50


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A model, and which share of its guesses is right at which sureness of its own, rising."""

    reasons: Reasons
    sureness: Floats
    right: Floats

    @property
    def names(self) -> tuple[str, ...]:
        """Return the keys of the reasons it knows."""
        return self.reasons.names

    def tell(self, text: str) -> tuple[str, float] | None:
        """Return the reason of a message and how likely it is; None where that is none of these."""
        [found] = self.reasons.guesses([text], remembered([text]))
        right = float(np.interp(found.sureness, self.sureness, self.right))
        return (found.reason, right) if right >= RIGHT_ENOUGH else None

    def packed(self) -> bytes:
        """Return it as bytes, from which :func:`unpacked` makes it again."""
        model = self.reasons
        file = BytesIO()
        np.savez_compressed(
            file,
            names=_letters(model.names),
            grams=_letters(model.grams.places),
            rarity=model.grams.rarity.astype(np.float32),
            near=model.weights.weights[0].astype(np.float32),
            words=model.weights.weights[1].astype(np.float32),
            intercepts=model.weights.intercepts,
            centres=model.centres,
            sureness=self.sureness,
            right=self.right,
        )
        return file.getvalue()


def train(examples: Sequence[Example]) -> Calibrated:
    """Train on examples of two reasons or more, and find out how sure it may be."""
    near = vectors([each.text for each in examples])
    return Calibrated(reasons.train(examples, near), *_curve(examples, near))


def unpacked(content: bytes) -> Calibrated:
    """Return the model that these bytes hold."""
    with np.load(BytesIO(content), allow_pickle=False) as found:
        names, known = _texts(found["names"]), _texts(found["grams"])
        places = {gram: place for place, gram in enumerate(known)}
        learnt = Grams(places, found["rarity"].astype(np.float64))
        blocks = (found["near"].astype(np.float64), found["words"].astype(np.float64))
        weights = Softmax(blocks, found["intercepts"])
        model = Reasons(names, learnt, weights, found["centres"])
        return Calibrated(model, found["sureness"], found["right"])


def _curve(examples: Sequence[Example], near: Vectors) -> tuple[Floats, Floats]:
    """Return levels of sureness, and the share that is right at each, never falling."""
    kept = _some(examples)
    names = sorted({examples[place].reason for place in kept})
    sureness, right = list[float](), list[bool]()
    for fold in range(FOLDS):
        known = [name for number, name in enumerate(names) if number % FOLDS != fold]
        known = known if len(known) >= LEAST_LEFT else names
        rows = [place for row, place in enumerate(kept) if row % FOLDS != fold and examples[place].reason in known]
        model = reasons.train([examples[place] for place in rows], near[rows])
        small_talk = [Example(text, "") for text in SMALL_TALK[fold::FOLDS]]
        asked = [*(examples[place] for place in kept[fold::FOLDS]), *small_talk]
        found = model.guesses([each.text for each in asked])
        sureness += [each.sureness for each in found]
        right += [guess.reason == each.reason for guess, each in zip(found, asked, strict=True)]
    return _rising(np.asarray(sureness), np.asarray(right, dtype=np.float64))


def _some(examples: Sequence[Example]) -> list[int]:
    """Return the places of the first examples of each reason, one reason's behind another's."""
    places: dict[str, list[int]] = {}
    for place, each in enumerate(examples):
        places.setdefault(each.reason, []).append(place)
    return [place for _, own in sorted(places.items()) for place in own[:MOST_PER_REASON]]


def _rising(sureness: Floats, right: Floats) -> tuple[Floats, Floats]:
    order = np.argsort(sureness, kind="stable")
    fitted = np.asarray(isotonic_regression(right[order]).x, dtype=np.float64)
    levels = np.unique(np.linspace(0, len(order) - 1, MOST_STEPS).round().astype(int))
    return np.concatenate([[0.0], sureness[order][levels]]), np.concatenate([[0.0], fitted[levels]])


def _letters(texts: Sequence[str] | dict[str, int]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def _texts(letters: NDArray[np.uint8]) -> tuple[str, ...]:
    told = letters.tobytes().decode()
    return tuple(told.split("\n")) if told else ()
