"""What it takes to understand a message: time and memory of one, and sentences a second, beside plain tf-idf.

Both tell which of the plain signals a sentence is, trained on the same examples: the one on vectors and words, the
other on words and letters alone. The sentences asked are all different, so that nothing is remembered.
"""

import itertools
import resource
import time
from collections.abc import Callable, Sequence

import numpy as np

FEW, MANY = 200, 640
WHO = ("my brother", "the shop", "somebody at the bank", "a friend of mine", "the hotel in Lisbon")
DID = ("charged me twice", "took my card", "closed the account", "changed the address", "asked for a fee")
WHEN = ("today", "last Monday", "in the morning", "after the holidays", "two weeks ago", "just now")
AND = ("", " and I want my money back", ", what can I do?", " and nobody answers", ", is that right?")


def megabytes() -> float:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one_by_one(ask: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float, float]:
    """Return the median and the 99th percentile in milliseconds, and the processor's milliseconds a text."""
    took = []
    before = time.process_time()
    for text in texts:
        start = time.perf_counter()
        ask(text)
        took.append((time.perf_counter() - start) * 1000)
    busy = (time.process_time() - before) * 1000 / len(texts)
    return float(np.median(took)), float(np.quantile(took, 0.99)), busy


def told(name: str, spread: tuple[float, float, float]) -> None:
    """Print one line of milliseconds."""
    print(f"{name:<52}" + "".join(f"{value:>10.2f}" for value in spread))


def main() -> None:
    """Measure and print."""
    from rapport.numeric import softmax
    from rapport.prompts import reasons
    from rapport.prompts.examples import Example
    from rapport.prompts.seeds import SIGNALS
    from rapport.prompts.text import grams

    examples = [Example(text, name) for name, texts in SIGNALS.items() for text in texts]
    names = sorted(SIGNALS)
    known = grams.learn([each.text for each in examples])
    plain = softmax.fit(
        [known.matrix([each.text for each in examples])],
        [names.index(each.reason) for each in examples],
        k=len(names),
        strength=30.0,
    )
    before = megabytes()
    from rapport.prompts.by_meaning import ByMeaning
    from rapport.prompts.findings import Known

    start = time.perf_counter()
    by = ByMeaning()
    loaded, memory = time.perf_counter() - start, megabytes() - before
    model = reasons.train(examples)
    asked = [f"{who} {did} {when}{and_}" for who, did, when, and_ in itertools.product(WHO, DID, WHEN, AND)][:MANY]
    print(f"loaded in {loaded:.1f} s, {memory:.0f} MB more than without; {FEW} messages, one by one\n")
    print(f"{'milliseconds a message':<52}{'p50':>10}{'p99':>10}{'processor':>10}")
    tfidf = one_by_one(lambda text: plain.log_shares([known.matrix([text])]), asked[:FEW])
    meaning = one_by_one(lambda text: model.guesses([text]), asked[:FEW])
    told("tf-idf of words and letters", tfidf)
    told("vectors and words", meaning)
    told(
        "all that is recognised in a customer's message",
        one_by_one(lambda text: by.of_customer(text, Known()), asked[:FEW]),
    )
    together = time.process_time()
    model.guesses(asked)
    busy = time.process_time() - together
    alone = time.process_time()
    plain.log_shares([known.matrix(asked)])
    cheap = time.process_time() - alone
    print(f"\nsentences a second of one processor, {MANY} together: {MANY / busy:.0f}; tf-idf {MANY / cheap:.0f}")
    print(f"vectors and words / tf-idf: {meaning[2] / tfidf[2]:.0f} times the processor's time of a message")


if __name__ == "__main__":
    main()
