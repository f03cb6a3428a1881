"""Words, pairs of words and runs of letters of a sentence, weighed by how rare they are (tf-idf).

They tell apart what sentence vectors take for much the same (`top up by card` and `top up by cash`), see through
slips of the pen, and serve any language.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

WORD = re.compile(r"\w+")
SHORTEST, LONGEST = 2, 5  # letters of a run, the spaces around its word among them


def words(text: str) -> list[str]:
    """Return a text's words in small letters."""
    return WORD.findall(text.lower())


@dataclass(frozen=True, slots=True)
class Grams:
    """What was met in the texts learnt from: place and rarity of each gram."""

    places: dict[str, int]
    rarity: NDArray[np.float64]

    def matrix(self, texts: Sequence[str]) -> csr_array:
        """Return one row a text, shape (n, grams): its words, and its letters, each of length 1."""
        starts, places, values = [0], list[int](), list[float]()
        for text in texts:
            for counted in _counted(text):
                known = {self.places[gram]: count for gram, count in counted.items() if gram in self.places}
                row = np.fromiter(known, dtype=np.int64, count=len(known))
                weights = (1 + np.log(np.fromiter(known.values(), dtype=float, count=len(known)))) * self.rarity[
                    row
                ]
                places += row.tolist()
                values += (weights / max(float(np.linalg.norm(weights)), 1e-12)).tolist()
            starts.append(len(places))
        return csr_array((values, places, starts), shape=(len(texts), len(self.places)))


def learn(texts: Sequence[str], *, least: int = 1) -> Grams:
    """Learn grams that at least so many of the texts have."""
    met: Counter[str] = Counter()
    for text in texts:
        for counted in _counted(text):
            met.update(counted.keys())
    kept = [gram for gram, count in met.items() if count >= least]
    rarity = [1 + np.log((1 + len(texts)) / (1 + met[gram])) for gram in kept]
    return Grams({gram: place for place, gram in enumerate(kept)}, np.asarray(rarity))


def _counted(text: str) -> Iterator[Counter[str]]:
    """Yield a text's words and pairs, then its runs of letters, each with how often it stands there."""
    found = words(text)
    yield Counter([*found, *(f"{one} {two}" for one, two in pairwise(found))])
    yield Counter(_runs(found))


def _runs(found: Iterable[str]) -> Iterator[str]:
    for word in found:
        spaced = f" {word} "
        for size in range(SHORTEST, min(LONGEST, len(spaced)) + 1):
            yield from (f"~{spaced[start : start + size]}" for start in range(len(spaced) - size + 1))
