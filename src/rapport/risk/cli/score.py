"""`rapport risk score`: how well leaving is told, learnt from one file and measured on another, or by folds."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from rapport.kit.errors import Invalid
from rapport.risk import model, plain
from rapport.risk.files import Customers, FileMapping, read_customers, read_mapping
from rapport.risk.measures import LEAST, Quality, measure
from rapport.risk.table import Floats, features_of

MODELS = ("boosted trees", "logistic regression", "simplest rule")
Scored = tuple[NDArray[np.bool_], dict[str, Floats]]


def run(arguments: Sequence[str]) -> int:
    """Learn, measure and print. Returns the exit code."""
    asked = _parser().parse_args(list(arguments))
    mapping = read_mapping(asked.mapping)
    customers = read_customers(asked.train, mapping)
    if asked.folds is None:
        outcomes, risks, left_out = _on_another(customers, read_customers(asked.test, mapping), mapping)
    else:
        (outcomes, risks), left_out = _on_folds(customers, mapping, asked.folds), 0
    found = {name: measure(outcomes, one) for name, one in risks.items()}
    print(json.dumps(_told(found, left_out)) if asked.json else _page(found))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rapport risk score",
        allow_abbrev=False,
        description="Learn from a file of customers who leaves, and measure it on another, beside logistic "
        "regression and the simplest rule. Nothing is learnt from whom it is measured on. Files are CSV, or such "
        "files packed (.gz).",
    )
    parser.add_argument("--train", required=True, type=Path, metavar="FILE", help="customers to learn from")
    other = parser.add_mutually_exclusive_group(required=True)
    other.add_argument("--test", type=Path, metavar="FILE", help="customers to measure on")
    other.add_argument(
        "--folds", type=_folds, metavar="N", help="instead: each of N parts by what was learnt from the others"
    )
    parser.add_argument(
        "--mapping", required=True, type=Path, metavar="FILE", help="which column says what (TOML)"
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser


def _folds(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 2 <= int(text[:4]) <= 20:
        raise argparse.ArgumentTypeError("from 2 to 20 parts can be made")
    return int(text)


def _on_another(
    learnt: Customers, asked: Customers, mapping: FileMapping
) -> tuple[NDArray[np.bool_], dict[str, Floats], int]:
    """Return who left, what each model said, and how many of those to learn from were left out: they are asked."""
    known = set(asked.ids)
    kept = [place for place, one in enumerate(learnt.ids) if one not in known]
    left_out = len(learnt.ids) - len(kept)
    if left_out:
        words = f"{left_out:,} customers are in both files: nothing is learnt from them."
        print(f"rapport risk score: {words}", file=sys.stderr)
    return np.array(asked.left), _risks(learnt.only(kept), asked, mapping), left_out


def _on_folds(customers: Customers, mapping: FileMapping, folds: int) -> Scored:
    left = np.array(customers.left)
    if min(left.sum(), (~left).sum()) < max(folds, LEAST):
        raise Invalid(f"Too few left, or stayed, for {folds} parts.")
    found = {name: np.zeros(left.size) for name in MODELS}
    parts = StratifiedKFold(folds, shuffle=True, random_state=0).split(left, left)
    for learnt, aside in parts:
        risks = _risks(customers.only(learnt.tolist()), customers.only(aside.tolist()), mapping)
        for name, one in risks.items():
            found[name][aside] = one
    return left, found


def _risks(learnt: Customers, asked: Customers, mapping: FileMapping) -> dict[str, Floats]:
    left, table = np.array(learnt.left, dtype=bool), learnt.table
    by: dict[str, Callable[[], Floats]] = {
        "boosted trees": lambda: model.train(table, learnt.left, categories=mapping.categories).risks(asked.table),
        "logistic regression": lambda: plain.linear_risks(table, left, asked.table, mapping.categories),
        "simplest rule": lambda: plain.simplest_rule(table, left, features_of(table, mapping.categories)).risks(
            asked.table
        ),
    }
    return {name: by[name]() for name in MODELS}


def _told(found: dict[str, Quality], left_out: int) -> dict[str, object]:
    """Return the figures of the model that is used first, then what it is beside."""
    by_name = {name: _figures(one) for name, one in found.items()}
    beside = {name: by_name[name] for name in MODELS[1:]}
    return {**by_name[MODELS[0]], "left_out": left_out, "beside": beside}


def _figures(one: Quality) -> dict[str, object]:
    told = one.told()
    area = told.pop("auc")
    return {"auc": area["value"], "auc_low": area["low"], "auc_high": area["high"], **told}


def _page(found: dict[str, Quality]) -> str:
    first = found[MODELS[0]]
    lines = [f"{first.n:,} customers, of whom {first.left:,} left.", ""]
    for name, one in found.items():
        area = f"{one.auc.value:.4f} ({one.auc.low:.4f} to {one.auc.high:.4f})"
        lines.append(
            f"{name:20} AUC {area}, average precision {one.average_precision:.4f}, Brier {one.brier:.4f}, "
            f"slope {one.slope:.2f}"
        )
    lines += ["", "Said and left, by risk (boosted trees):"]
    for group in first.groups:
        left = f"{group.left:6.1%} left ({group.low:.1%} to {group.high:.1%})"
        lines.append(f"  {group.n:6,} customers: {group.said:6.1%} said, {left}")
    return "\n".join(lines)
