"""`rapport guides score`: how well the next step is ranked in recorded dialogues."""

import argparse
import json
from collections import defaultdict
from pathlib import Path

from rapport.kit.errors import Invalid
from rapport.prompts.steps import dialogues, ranker, scripts
from rapport.prompts.steps.dialogues import Decision
from rapport.prompts.steps.ranker import Ranker


def run(arguments: list[str]) -> int:
    """Train, measure and print. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="rapport guides score",
        allow_abbrev=False,
        description="Train the ranking of next steps on one file of dialogues and measure it on another: of all "
        "decisions of agents in single-task dialogues (events with an ActionLabel), the share whose step is "
        "ranked first, and among the first three. Files are JSON lines as STAR's, or such files packed (.gz). A "
        "task without dialogues to learn from is ranked by its graph. Nothing of the second file is trained on.",
    )
    parser.add_argument("--train", required=True, type=Path, metavar="FILE", help="dialogues to learn from")
    parser.add_argument("--test", required=True, type=Path, metavar="FILE", help="dialogues to measure on")
    parser.add_argument("--tasks", required=True, type=Path, metavar="DIR", help="the graphs, a folder each")
    parser.add_argument("--json", action="store_true", help="for programs")
    asked = parser.parse_args(arguments)
    graphs = scripts.read(asked.tasks)
    learnt = dialogues.read(asked.train, frozenset(graphs))
    measured = dialogues.read(asked.test, frozenset(graphs))
    if not measured.decisions:
        raise Invalid(f"The file {asked.test} has no decision of a task in {asked.tasks}.")
    first, three = _hits(ranker.train(learnt.decisions, graphs), measured.decisions)
    n = len(measured.decisions)
    told = {"top-1": round(first / n, 4), "top-3": round(three / n, 4), "n": n}
    left_out = {"train": learnt.skipped, "test": measured.skipped}
    if asked.json:
        print(json.dumps({**told, "skipped": left_out}))
    else:
        print(f"Of {n} decisions {first / n:.1%} are ranked first, {three / n:.1%} among the first three.")
        for name, skipped in left_out.items():
            print(*(f"{name}: {count} dialogues left out: {why}." for why, count in skipped.items()), sep="\n")
    return 0


def _hits(model: Ranker, decisions: list[Decision]) -> tuple[int, int]:
    """Return how many decisions are ranked first, and how many among the first three."""
    by_script: defaultdict[str, list[Decision]] = defaultdict(list)
    for each in decisions:
        by_script[each.script].append(each)
    first = three = 0
    for script, chosen in by_script.items():
        ranked = model.rank(script, [each.situation for each in chosen])
        for each, order in zip(chosen, ranked, strict=True):
            names = [name for name, _ in order[:3]]
            first += names[0] == each.chosen
            three += each.chosen in names
    return first, three
