"""What a customer wants, from one sentence: a reason out of those with examples, or none of these.

A logistic regression on sentence vectors and weighed words (`text/`), trained on a programme's own labelled
sentences; the words of a reason's own name are one more example of it, which helps where there are few. *Sureness*
is the share the model gives its answer times how alike the sentence is to the centre of that reason's examples: a
sentence from elsewhere is like none, though some share is always the largest. Below the threshold: none of these.

A model holds nobody's sentence: of what was said it keeps the words and runs of letters that so many sentences
share, and the mean vector of each reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from rapport.kit.errors import Invalid
from rapport.numeric import softmax
from rapport.prompts.examples import Example
from rapport.prompts.text import grams
from rapport.prompts.text.grams import Grams
from rapport.prompts.text.vectors import Vectors, vectors

STRENGTH = 30.0
WEIGHT_OF_WORDS = 0.4
LEAST_SENTENCES = 3  # a gram that fewer sentences have is somebody's own, and tells nothing
THRESHOLD = 0.25  # see the curve in docs/explanation/prompts.md


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest reason of a sentence, and how sure that is, 0 to 1."""

    reason: str
    sureness: float

    def or_none(self, threshold: float = THRESHOLD) -> str | None:
        """Return the reason, or nothing where that is not sure enough."""
        return self.reason if self.sureness >= threshold else None


@dataclass(frozen=True, slots=True)
class Reasons:
    """A model that was trained: what it knows, and the mean vector of each reason's examples, made one long."""

    names: tuple[str, ...]
    grams: Grams
    weights: softmax.Softmax
    centres: Vectors

    def guesses(self, sentences: Sequence[str], near: Vectors | None = None) -> list[Guess]:
        """Return the likeliest reason of each sentence; ``near`` are their vectors where they are known."""
        if not sentences:
            return []
        near = vectors(sentences) if near is None else near
        shares = np.exp(self.weights.log_shares(_blocks(near, self.grams, sentences)))
        best = shares.argmax(axis=1)
        alike = np.clip((near * self.centres[best]).sum(axis=1), 0.0, 1.0)
        sure = shares.max(axis=1) * alike
        return [Guess(self.names[place], float(each)) for place, each in zip(best, sure, strict=True)]


def train(examples: Sequence[Example], near: Vectors | None = None) -> Reasons:
    """Train on examples of two reasons or more; ``near`` are their vectors where they are known."""
    names = tuple(sorted({each.reason for each in examples}))
    if len(names) < 2:
        raise Invalid("Reasons are told apart from examples of at least two of them.")
    place = {name: number for number, name in enumerate(names)}
    texts = [*(each.text for each in examples), *(name.replace("_", " ") for name in names)]
    of = np.asarray([*(place[each.reason] for each in examples), *range(len(names))], dtype=np.int64)
    learnt = grams.learn(texts, least=LEAST_SENTENCES)
    named = vectors(texts[len(examples) :])
    near = np.concatenate([vectors(texts[: len(examples)]) if near is None else near, named])
    weights = softmax.fit(_blocks(near, learnt, texts), of, k=len(names), strength=STRENGTH)
    centres = np.array([near[of == number].mean(axis=0) for number in range(len(names))])
    return Reasons(names, learnt, weights, centres / np.linalg.norm(centres, axis=1, keepdims=True))


def _blocks(near: Vectors, known: Grams, texts: Sequence[str]) -> list[NDArray[np.floating] | csr_array]:
    return [near.astype(np.float64), WEIGHT_OF_WORDS * known.matrix(texts)]
