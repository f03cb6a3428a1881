"""Groups of vectors against groups that the test made."""

import numpy as np
import pytest

from rapport.numeric.clusters import MOST, clusters


def around(random: np.random.Generator, middles: np.ndarray, counts: list[int], spread: float) -> np.ndarray:
    made = [
        middle + spread * random.normal(size=(count, middles.shape[1])) / np.sqrt(middles.shape[1])
        for middle, count in zip(middles, counts, strict=True)
    ]
    every = np.concatenate(made)
    return np.asarray(every / np.linalg.norm(every, axis=1, keepdims=True), dtype=np.float32)


def test_groups_are_found_the_largest_first_and_the_odd_ones_alone() -> None:
    random = np.random.default_rng(3)
    middles, _ = np.linalg.qr(random.normal(size=(40, 4)))
    vectors = around(random, middles.T, [5, 30, 12, 1], 0.5)
    found = clusters(vectors, 0.5)
    assert [len(places) for places in found] == [30, 12, 5, 1]
    assert set(found[0]) == set(range(5, 35)) and found[3] == [47]
    near = vectors @ vectors[found[0]].mean(axis=0)
    assert near[found[0][0]] == max(near[found[0]])


def test_how_alike_decides_how_many() -> None:
    random = np.random.default_rng(5)
    vectors = around(random, np.eye(3, 24), [10, 10, 10], 0.6)
    counts = [len(clusters(vectors, alike)) for alike in (-1.0, 0.3, 0.999)]
    assert counts[0] == 1 and counts[1] == 3 and counts[2] == 30


def test_of_none_and_one_and_too_many() -> None:
    one = np.eye(1, 8, dtype=np.float32)
    assert clusters(one[:0], 0.5) == [] and clusters(one, 0.5) == [[0]]
    assert clusters(np.repeat(one, 3, axis=0), 0.9) == [[0, 1, 2]]
    with pytest.raises(ValueError, match="at most"):
        clusters(np.repeat(one, MOST + 1, axis=0), 0.5)
