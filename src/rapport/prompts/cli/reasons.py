"""`rapport guides reasons`: how well reasons are told from sentences, trained on one file, measured on another."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from rapport.prompts import examples, reasons
from rapport.prompts.reasons import Guess

THRESHOLDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def run(arguments: list[str]) -> int:
    """Train, measure and print. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="rapport guides reasons",
        allow_abbrev=False,
        description="Train reasons on one file of labelled sentences and measure them on another: the share of "
        "sentences whose likeliest reason is theirs. Files are CSV with the columns text and category, or such "
        "files packed (.gz). Nothing of the second file is trained on.",
    )
    parser.add_argument("--train", required=True, type=Path, metavar="FILE", help="what to learn from")
    parser.add_argument("--test", required=True, type=Path, metavar="FILE", help="what to measure on")
    parser.add_argument(
        "--foreign", type=Path, metavar="FILE", help="sentences of other matters: how many are taken for a reason"
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    asked = parser.parse_args(arguments)
    learnt, measured = examples.read(asked.train), examples.read(asked.test)
    foreign = examples.read(asked.foreign) if asked.foreign else []
    model = reasons.train(learnt)
    found = model.guesses([each.text for each in measured])
    elsewhere = model.guesses([each.text for each in foreign])
    right = [guess.reason == each.reason for guess, each in zip(found, measured, strict=True)]
    accuracy, curve = round(sum(right) / len(right), 4), _curve(found, right, elsewhere)
    told = {"accuracy": accuracy, "n": len(right), "curve": curve}
    print(json.dumps(told) if asked.json else _page(accuracy, len(right), curve))
    return 0


def _curve(found: Sequence[Guess], right: Sequence[bool], foreign: Sequence[Guess]) -> list[dict[str, float]]:
    """Return by threshold of sureness what share is answered, how much of it rightly, what foreign is taken."""
    lines = []
    for threshold in THRESHOLDS:
        kept = [good for guess, good in zip(found, right, strict=True) if guess.or_none(threshold)]
        line = {"threshold": threshold, "answered": len(kept) / len(found), "right": sum(kept) / max(len(kept), 1)}
        if foreign:
            line["foreign"] = sum(guess.or_none(threshold) is not None for guess in foreign) / len(foreign)
        lines.append({name: round(value, 4) for name, value in line.items()})
    return lines


def _page(accuracy: float, n: int, curve: Sequence[dict[str, float]]) -> str:
    lines = [f"{accuracy:.1%} of {n} sentences have their own reason as the likeliest."]
    for line in curve:
        words = f"sure at {line['threshold']}: answers {line['answered']:.1%}, {line['right']:.1%} of them right"
        lines.append(words + (f", takes {line['foreign']:.1%} of the foreign" if "foreign" in line else ""))
    return "\n".join(lines)
