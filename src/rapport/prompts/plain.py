"""Whether a sentence says that its customer leaves, compares or is unhappy, in words that no example has. Pure.

A softmax regression on sentence vectors, learnt in a moment from the plain examples of ``seeds`` and the ordinary
sentences beside them: what is said in a roundabout way is like none of them, and still on their side.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np

from rapport.numeric import softmax
from rapport.prompts.findings import Shown
from rapport.prompts.seeds import COMPETITOR, COMPLAINT, DISTRESS, LEAVING, NEUTRAL, OBJECTIONS
from rapport.prompts.text.vectors import Vectors, vectors

EXAMPLES: dict[Shown, tuple[str, ...]] = {
    "leaving": LEAVING,
    "competitor": COMPETITOR,
    "distress": (*DISTRESS, *COMPLAINT),
}
SURE_ENOUGH: dict[Shown, float] = {"leaving": 0.55, "competitor": 0.42, "distress": 0.8}
"""The share from which a sentence says it."""
STRENGTH = 5.0


def told(sentences: Vectors) -> Iterator[tuple[Shown, float]]:
    """Yield what the sentences of a message say, with the share of the surest; rows are sentences."""
    shares = np.exp(_learnt().log_shares([sentences.astype(np.float64)])).max(axis=0)
    for shows, share in zip(EXAMPLES, shares, strict=False):  # the last column is of ordinary sentences
        if share >= SURE_ENOUGH[shows]:
            yield shows, round(float(share), 3)


@cache
def _learnt() -> softmax.Softmax:
    ordinary = (*NEUTRAL, *(text for several in OBJECTIONS.values() for text in several))
    several = (*EXAMPLES.values(), ordinary)
    of = np.repeat(np.arange(len(several)), [len(texts) for texts in several])
    near = vectors([text for texts in several for text in texts]).astype(np.float64)
    return softmax.fit([near], of, k=len(several), strength=STRENGTH)
