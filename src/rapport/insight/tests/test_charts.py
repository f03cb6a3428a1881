"""What the charts of a report say of how much they rest on, and how far their scales go."""

from __future__ import annotations

from rapport.insight.figures import Figure, FigureRow
from rapport.insight.registry import METRICS
from rapport.insight.report import Counted, SplitRow, bars, heat
from rapport.insight.words import change


def row(value: float, of: int, *, small: bool = False) -> SplitRow:
    return SplitRow("Ana", Figure(value, value * of, of), "", small, value, None, None)


def test_bars_of_shares_end_at_the_whole_and_those_of_few_contacts_are_pale() -> None:
    chart = bars(METRICS["service_level"], [row(0.8, 500), row(1.0, 3, small=True)])
    assert chart["max"] == 1
    assert chart["series"][0]["faint"] == [False, True]
    assert "max" not in bars(METRICS["abandonment_rate"], [row(0.04, 500)])
    assert "max" not in bars(METRICS["average_handle_time"], [row(400.0, 500)])


def test_a_heat_map_of_shares_begins_at_the_least_and_one_of_counts_at_nothing() -> None:
    shares, counts = METRICS["service_level"], METRICS["contacts_offered"]
    gap = FigureRow({"weekday": 2, "hour": 9}, {shares.key: Figure(None, 0, 0), counts.key: Figure(0, 0, None)})
    rows = [
        gap,
        *(
            FigureRow(
                {"weekday": 1, "hour": hour},
                {shares.key: Figure(share, share * 100, 100), counts.key: Figure(100, 100, None)},
            )
            for hour, share in ((9, 0.7), (10, 0.9))
        ),
    ]
    counted = Counted({("weekday", "hour"): rows}, None)
    assert heat(counted, shares)["min"] == 0.7
    assert heat(counted, counts)["min"] == 0


def test_what_rounds_to_nothing_is_no_change() -> None:
    level, rating = METRICS["service_level"], METRICS["satisfaction"]
    same = change(level, Figure(0.80001, 80_001, 100_000), Figure(0.8, 80_000, 100_000))
    assert same is not None
    assert (same.words, same.tone) == ("no change", "")
    alike = change(rating, Figure(4.001, 4001, 1000), Figure(4.0, 4000, 1000))
    assert alike is not None
    assert alike.words == "no change"
