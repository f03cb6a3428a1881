"""Groups of vectors that lie near each other, however many groups that makes.

Agglomerative, by the mean distance between groups (average linkage, Sokal and Michener 1958): two groups become
one while their members are alike enough on average, so that one odd vector does not chain two groups together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MOST = 2_000
"""So many vectors at most: time and memory grow with their square (2,000 take 32 MB)."""


def clusters(vectors: Floats, alike: float) -> list[list[int]]:
    """Return the places of the vectors (of length 1, one a row) group by group, the largest first.

    Groups are joined while their members' products with each other are at least ``alike`` on average. In a group
    those nearest to its middle come first. Groups may be of one.

    Raises:
        ValueError: more than MOST vectors.
    """
    if len(vectors) > MOST:
        raise ValueError(f"at most {MOST} vectors")
    if len(vectors) < 2:
        return [[place] for place in range(len(vectors))]
    from scipy.cluster.hierarchy import fcluster, linkage  # here: slow to load, and rarely asked for

    apart = np.clip(1 - vectors @ vectors.T, 0, None)
    joined = linkage(apart[np.triu_indices(len(vectors), 1)], method="average")
    labels = fcluster(joined, t=1 - alike, criterion="distance")
    found = []
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        near = vectors[places] @ vectors[places].mean(axis=0)
        found.append([int(place) for place in places[np.argsort(-near, kind="stable")]])
    return sorted(found, key=lambda places: (-len(places), places[0]))
