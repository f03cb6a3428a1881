"""Vectors of sentences met again and again (a guide's words, "thank you"), and of many that are asked for at once.

A process remembers the newest few thousand, in its memory only. Whoever is about to ask for several one after the
other asks for them together first: the model takes less time for each.
"""

from collections.abc import Sequence
from threading import Lock

import numpy as np

from rapport.prompts.text.vectors import WIDTH, Vectors, vectors

MOST_KEPT = 4000  # 1.5 kB each
_kept: dict[str, Vectors] = {}
_lock = Lock()


def remembered(sentences: Sequence[str]) -> Vectors:
    """Return one vector a sentence, as :func:`vectors` does, computing what was not met lately."""
    found = {one: _kept.get(one) for one in sentences}
    if new := [one for one, vector in found.items() if vector is None]:
        found.update(zip(new, vectors(new), strict=True))
        with _lock:
            _kept.update((one, vector) for one in new if (vector := found[one]) is not None)
            for one in list(_kept)[: max(0, len(_kept) - MOST_KEPT)]:
                del _kept[one]
    rows = [vector for one in sentences if (vector := found[one]) is not None]
    return np.stack(rows) if rows else np.zeros((0, WIDTH), dtype=np.float32)
