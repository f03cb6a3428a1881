"""What the report page shows: figures of a period, put beside those of another, over time and by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rapport.insight import queries
from rapport.insight.figures import Figure, FigureRow, Group
from rapport.insight.names import WEEKDAYS, name_of, names_of
from rapport.insight.registry import METRICS, Metric
from rapport.insight.state import ReportState
from rapport.insight.words import CHART_UNITS, Change, change, is_small, written
from rapport.kit import money
from rapport.kit.filters import percent
from rapport.numeric.intervals import share_interval

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.accounts.names import Names
    from rapport.insight.sql import Cut

HEADLINE = (
    "contacts_offered",
    "service_level",
    "abandonment_rate",
    "average_speed_of_answer",
    "average_handle_time",
    "occupancy",
    "first_contact_resolution",
    "resolution_by_customers",
    "satisfaction",
    "touch_point_coverage",
)
OF_REPS = (
    "contacts_answered",
    "average_handle_time",
    "first_contact_resolution",
    "resolution_by_customers",
    "satisfaction",
    "touch_point_coverage",
    "transfers",
)
OF_NO_REP = ("contacts_abandoned", "left_before_queue", "abandonment_rate")
"""Figures of contacts that no rep had."""

HEAT: Cut = ("weekday", "hour")
BARS = 12
"""A chart of bars shows at most so many groups; the table below has them all."""

WIDE = 0.75
"""A chart of bars whose longest share, with its interval, is above this goes up to the whole."""

LABEL = 40
"""Longest name in a chart, in characters."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the headline."""

    metric: Metric
    words: str
    change: Change | None
    small: bool
    matured: float | None
    before: str
    values: list[float | None]

    @property
    def note(self) -> str:
        """What to bear in mind beside it: that it is of few contacts, or how much of it is known so far."""
        if self.small:
            return "of few contacts"
        if self.matured is None:
            return ""
        share = percent(self.matured)
        known = f"{share} of it is known so far" if self.matured >= 0.005 else "not known yet: it needs its time"
        return f"{known}; {self.before} before" if self.before and not self.change else known


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One group's figure, with the interval that its number of contacts allows."""

    name: str
    figure: Figure
    words: str
    small: bool
    length: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Counted:
    """All that was counted for one report: the period's figures by cut, and those it is compared with."""

    now: Mapping[Cut, list[FigureRow]]
    before: Mapping[Cut, list[FigureRow]] | None
    currency: str = ""
    """Of the money in focus; empty where there is none."""


def count_report(programme: Programme, state: ReportState) -> Counted:
    """Count what the report shows, and not by rep or hour what it does not show so."""
    of_reps = dict.fromkeys((*OF_REPS, state.metric))
    of_all = [key for key in HEADLINE if key not in of_reps]
    days = (state.start, state.end)
    [reps, [now], focus] = (
        queries.cuts(programme, of_reps, *days, [(), ("rep",)]),
        queries.metrics(programme, of_all, *days),
        queries.cuts(programme, [state.metric], *days, [("day",), (state.by,), HEAT]),
    )
    whole = FigureRow({}, {**now.figures, **reps[()][0].figures})
    counted, currency = {**reps, **focus, (): [whole]}, _currency(programme, state)
    if state.before is None:
        return Counted(counted, None, currency)
    then = queries.metrics(programme, [*of_all, *of_reps], *state.before)
    before = {(): then} | queries.cuts(programme, [state.metric], *state.before, [("day",)])
    return Counted(counted, before, currency)


def _currency(programme: Programme, state: ReportState) -> str:
    return queries.currency_of(programme) if METRICS[state.metric].unit == "money" else ""


def count_headline(programme: Programme, state: ReportState) -> Counted:
    """Count the headline alone, of all together: what its tiles show without days."""
    keys = tuple(dict.fromkeys((*HEADLINE, state.metric)))
    now = queries.metrics(programme, keys, state.start, state.end)
    before = queries.cuts(programme, keys, *state.before, [()]) if state.before else None
    return Counted({(): now}, before, _currency(programme, state))


def tiles(counted: Counted, state: ReportState, *, comparable: bool) -> list[Tile]:
    """Return the headline, beside a comparable period alone; the figure in focus shows its days, where counted."""
    [now] = counted.now[()]
    before = counted.before[()][0] if counted.before and comparable else None
    days: list[float | None] = []
    if ("day",) in counted.now:
        days = [value for _, value in _by_day(counted.now[("day",)], state.metric, state.start, state.end)]
    keys = HEADLINE if state.metric in HEADLINE else (*HEADLINE, state.metric)
    return [
        Tile(
            METRICS[key],
            written(METRICS[key], now[key], counted.currency),
            change(METRICS[key], now[key], before[key], counted.currency) if before else None,
            is_small(METRICS[key], now[key]),
            now[key].matured,
            written(METRICS[key], before[key], counted.currency)
            if before and before[key].value is not None
            else "",
            days if key == state.metric else [],
        )
        for key in keys
    ]


def _by_day(rows: Sequence[FigureRow], key: str, start: date, end: date) -> list[tuple[date, float | None]]:
    found = {row.group["day"]: row[key].value for row in rows}
    empty = 0 if METRICS[key].kind == "count" else None
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    return [(day, found.get(day, empty)) for day in days]


def trend(counted: Counted, state: ReportState, target: float | None) -> dict[str, Any]:
    """Return the chart of the focus by day, with the days it is compared with as a quiet line."""
    days = _by_day(counted.now[("day",)], state.metric, state.start, state.end)
    series: list[dict[str, Any]] = [
        {
            "name": "this period",
            "values": [_drawn(METRICS[state.metric], value, counted.currency) for _, value in days],
        }
    ]
    if counted.before and state.before:
        earlier = _by_day(counted.before[("day",)], state.metric, *state.before)
        series.append(
            {
                "name": f"from {_day(state.before[0])}",
                "values": [_drawn(METRICS[state.metric], v, counted.currency) for _, v in earlier],
                "quiet": True,
            }
        )
    chart = {
        "kind": "line",
        "x": [_day(day) for day, _ in days],
        "series": series,
        "unit": CHART_UNITS.get(METRICS[state.metric].unit, ""),
    }
    return chart if target is None else chart | {"target": target, "max": 1}


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def trend_rows(counted: Counted, state: ReportState) -> list[tuple[str, str, Figure, str]]:
    """Return the trend's table: day, figure in words, figure, and the words of the day it is compared with."""
    metric = METRICS[state.metric]
    earlier = {row.group["day"]: row[metric.key] for row in counted.before[("day",)]} if counted.before else {}
    back = state.start - state.before[0] if state.before else timedelta()
    rows = []
    for row in counted.now[("day",)]:
        day = row.group["day"]
        if isinstance(day, date):
            then = earlier.get(day - back)
            rows.append(
                (
                    _day(day),
                    written(metric, row[metric.key], counted.currency),
                    row[metric.key],
                    written(metric, then, counted.currency) if then else "",
                )
            )
    return rows


def split(programme: Programme, counted: Counted, metric: Metric, by: str, people: Names) -> list[SplitRow]:
    """Return the focus by group, largest groups first and what is not known last, each with its interval."""
    if by == "rep" and metric.key in OF_NO_REP:
        return []
    names = names_of(programme, by, people)
    rows = [row for row in counted.now[(by,)] if _size(row[metric.key])]
    rows.sort(key=lambda row: (row.group[by] is None, -_size(row[metric.key])))
    longest = max((float(row[metric.key].value or 0) for row in rows), default=0) or 1
    return [
        _split_row(metric, row[metric.key], name_of(names, by, row.group[by]), longest, counted.currency)
        for row in rows
    ]


def _size(figure: Figure) -> float:
    return figure.numerator if figure.denominator is None else figure.denominator


def _split_row(metric: Metric, figure: Figure, name: str, longest: float, currency: str) -> SplitRow:
    low = high = None
    if metric.unit == "share" and metric.relation != "state_span" and figure.denominator:
        ends = share_interval(figure.numerator, figure.denominator)
        low, high = max(0.0, float(ends[0])), min(1.0, float(ends[1]))
    value = float(figure.value or 0)
    return SplitRow(
        name=name,
        figure=figure,
        words=written(metric, figure, currency),
        small=is_small(metric, figure),
        length=value if metric.unit == "share" else value / longest,
        low=low,
        high=high,
    )


def _drawn(metric: Metric, value: float | None, currency: str) -> float | None:
    """Return a value as charts have it: money in whole units, not in minor ones."""
    return money.major(value, currency) if metric.unit == "money" and value is not None else value


def bars(metric: Metric, rows: Sequence[SplitRow], currency: str = "") -> dict[str, Any]:
    """Return the chart of a split."""
    shown = rows[:BARS]
    series: dict[str, Any] = {
        "name": metric.name,
        "values": [_drawn(metric, row.figure.value, currency) for row in shown],
        "faint": [row.small for row in shown],
    }
    if any(row.low is not None for row in shown):
        series |= {"low": [row.low for row in shown], "high": [row.high for row in shown]}
    chart = {
        "kind": "bar",
        "horizontal": True,
        "x": [_short(row.name) for row in shown],
        "series": [series],
        "unit": CHART_UNITS.get(metric.unit, ""),
    }
    ends = [row.figure.value if row.high is None else row.high for row in shown]
    is_near_whole = metric.unit == "share" and max((end for end in ends if end is not None), default=0) > WIDE
    return chart | {"max": 1} if is_near_whole else chart


def _short(name: str) -> str:
    return name if len(name) <= LABEL else name[: LABEL - 1] + "…"


def heat(counted: Counted, metric: Metric) -> dict[str, Any]:
    """Return the chart of the focus by hour of the week, over the hours in which anything came."""
    rows = counted.now[HEAT]
    hours = sorted({int(str(row.group["hour"])) for row in rows}) or [0]
    span = range(hours[0], hours[-1] + 1)
    cells = [
        [
            int(str(row.group["hour"])) - span[0],
            int(str(row.group["weekday"])) - 1,
            row[metric.key].value,
        ]
        for row in rows
    ]
    known = [value for row in rows if (value := row[metric.key].value) is not None]
    return {
        "kind": "heat",
        "x": [f"{hour}:00" for hour in span],
        "y": list(WEEKDAYS),
        "cells": cells,
        "min": 0 if metric.kind == "count" or len(set(known)) < 2 else min(known),
        "unit": CHART_UNITS.get(metric.unit, ""),
    }


def heat_rows(counted: Counted, metric: Metric) -> tuple[list[int], list[tuple[str, list[str]]]]:
    """Return the heat map's table: the hours, and for each weekday the figures in words."""
    found = {(row.group["weekday"], row.group["hour"]): row[metric.key] for row in counted.now[HEAT]}
    hours = sorted({int(str(hour)) for _, hour in found})
    lines = [
        (
            name,
            [
                written(metric, found[day, hour], counted.currency) if (day, hour) in found else ""
                for hour in hours
            ],
        )
        for day, name in enumerate(WEEKDAYS, 1)
    ]
    return hours, lines


def table_of_reps(counted: Counted, people: Names) -> list[tuple[str, list[tuple[str, Figure, bool]]]]:
    """Return every rep's figures: name, then words, figure and whether it rests on few contacts."""
    names: dict[Group, str] = dict(people.by_agent.items())
    rows = [
        row for row in counted.now[("rep",)] if row["contacts_answered"].value and row.group["rep"] is not None
    ]
    rows.sort(key=lambda row: name_of(names, "rep", row.group["rep"]).casefold())
    return [
        (
            name_of(names, "rep", row.group["rep"]),
            [(written(METRICS[key], row[key]), row[key], is_small(METRICS[key], row[key])) for key in OF_REPS],
        )
        for row in rows
    ]
