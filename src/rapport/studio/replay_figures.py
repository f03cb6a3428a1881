"""The result of a replay as its page shows it: pictures and a table of one part of the contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapport.kit import filters

RECORDED = "Recorded"
ALL = "all"
MARK = "beyond chance"


@dataclass(frozen=True, slots=True)
class Shown:
    """How a figure is called and written; `better` says which way is good, `charted` whether it has a picture.

    `whole`: without a unit, it counts something.
    """

    words: str
    unit: str = "s"
    better: str = "down"
    charted: bool = False
    whole: bool = True


FIGURES = {
    "offered": Shown("Asked for a person", "", ""),
    "answered": Shown("Answered", "", "up"),
    "abandoned": Shown("Gave up", "", "down"),
    "mean_wait_seconds": Shown("Mean wait of those answered", charted=True),
    "median_wait_seconds": Shown("Median wait"),
    "p90_wait_seconds": Shown("90th percentile of waits"),
    "p95_wait_seconds": Shown("95th percentile of waits", charted=True),
    "service_level": Shown("Service level", "%", "up", charted=True),
    "abandonment_rate": Shown("Abandonment", "%", charted=True),
    "long_wait_rate": Shown("Waited longer than 3 minutes", "%"),
    "wait_gini": Shown("Unevenness of waits (Gini)", "", whole=False),
    "expected_resolution": Shown("Expected resolution", "%", "up", charted=True),
    "expected_transfers": Shown("Expected transfers", "%", charted=True),
    "occupancy": Shown("Occupancy of reps", "%", ""),
    "occupancy_spread": Shown("Spread of occupancy between reps", "%"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of a plan, with its interval, and the change against the first plan where that is another."""

    words: str
    change: str = ""
    tone: str = ""


def told(result: Mapping[str, Any], segment_names: Mapping[str, str], segment: str) -> dict[str, Any]:
    """Return the context of the page, for all contacts or those of one segment of the result."""
    keys = list(result["recorded"]["by_segment"])
    names = {key: segment_names.get(key, key) or "Not known" for key in keys}
    chosen = segment if segment in _choices(keys) else ALL
    key = None if chosen == ALL else keys[int(chosen)]
    recorded = result["recorded"]["overall"] if key is None else result["recorded"]["by_segment"][key]
    parts = [one["overall"] if key is None else one["by_segment"][key] for one in result["policies"]]
    plans = [one["policy"] for one in result["policies"]]
    return {
        "basis": result["basis"],
        "seeds": len(result["seeds"]),
        "answer_within": result["thresholds"]["answered_within"],
        "plans": plans,
        "segment": chosen,
        "segments": [(ALL, "All"), *((str(number), names[one]) for number, one in enumerate(keys))],
        "charts": _charts(recorded, parts, plans),
        "rows": _rows(recorded, parts),
    }


def _choices(keys: list[str]) -> set[str]:
    return {str(number) for number in range(len(keys))}


def _charts(
    recorded: Mapping[str, Any], parts: list[Mapping[str, Any]], plans: list[str]
) -> list[tuple[str, str, dict[str, Any]]]:
    """Return a chart for each figure that has one: the key, the words, and what to draw."""
    charts = []
    for key, shown in FIGURES.items():
        values = [one["figures"][key] for one in parts]
        if not shown.charted or any(value is None for value in values):
            continue
        first = recorded[key]
        spec = {
            "kind": "bar",
            "horizontal": True,
            "x": [RECORDED, *plans],
            "series": [
                {
                    "name": shown.words,
                    "values": [first, *(value["mean"] for value in values)],
                    "low": [first, *(_end(value, "low") for value in values)],
                    "high": [first, *(_end(value, "high") for value in values)],
                    "faint": [True, *(False for _ in values)],
                }
            ],
            "unit": shown.unit,
        }
        charts.append((key, shown.words, spec))
    return charts


def _end(value: Mapping[str, Any], end: str) -> float:
    return float(value["mean"] if value[end] is None else value[end])


def _rows(recorded: Mapping[str, Any], parts: list[Mapping[str, Any]]) -> list[tuple[str, str, list[Cell]]]:
    """Return a row for each figure that is known: its words, as recorded, and by each plan."""
    return [
        (shown.words, _written(shown, recorded[key]), [_cell(shown, key, part) for part in parts])
        for key, shown in FIGURES.items()
        if recorded[key] is not None or parts[0]["figures"][key] is not None
    ]


def _cell(shown: Shown, key: str, part: Mapping[str, Any]) -> Cell:
    value = part["figures"][key]
    if value is None:
        return Cell(filters.NONE)
    words = _written(shown, value["mean"])
    if value["low"] is not None and value["high"] > value["low"]:
        words += f" ± {_written(shown, value['mean'] - value['low'])}"
    change = (part["change"] or {}).get(key)
    if change is None:
        return Cell(words)
    size = _written(shown, abs(change["mean"]))
    if size == _written(shown, 0.0):
        return Cell(words, "no change")
    if shown.unit == "%":
        size = f"{100 * abs(change['mean']):.1f} points"
    said = f"{'+' if change['mean'] > 0 else '−'}{size}"
    if change["low"] is None or change["low"] <= 0 <= change["high"]:
        return Cell(words, f"{said}, may be chance")
    is_good = (change["mean"] > 0) == (shown.better == "up")
    return Cell(words, said, ("good" if is_good else "bad") if shown.better else "accent")


def _written(shown: Shown, value: float | None) -> str:
    if value is None:
        return filters.NONE
    if shown.unit == "%":
        return filters.percent(value, 1)
    if shown.unit == "s":
        return filters.duration(value) if value >= 60 else f"{value:.1f} s"
    return filters.number(value, 0 if shown.whole else 3)
