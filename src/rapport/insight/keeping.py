"""What the page of keeping customers shows: what stuck of the claims, how much is judged, and what it brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection

from rapport.insight import queries
from rapport.insight.arms import added, of_arm, sums_by
from rapport.insight.figures import Figure, Group
from rapport.insight.names import name_of
from rapport.insight.registry import METRICS
from rapport.insight.words import SMALL
from rapport.kit import clock
from rapport.numeric.intervals import share_difference, share_interval
from rapport.numeric.pooling import shrunk_shares
from rapport.numeric.trial import Sums, ratio

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

CLAIMS = ("saves_claimed", "stick_60")
WISHES = ("wishes_to_leave", "gross_save_rate", "verified_save_rate", "wrongful_save_rate")
SPLITS = {
    "leaving_reason": "reason",
    "leaving_detail": "reason in detail",
    "offer": "offer",
    "rebuttal": "rebuttal",
    "guide_version": "guide and version",
    "rep": "rep",
    "team": "team",
    "product": "product",
    "segment": "segment",
    "selling_team": "selling team",
    "seller": "seller",
    "channel": "channel",
}
BARS = 12
NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """A share with the ends of its 95 % interval; None where nothing is known."""

    figure: Figure
    low: float | None
    high: float | None

    @property
    def is_small(self) -> bool:
        """Whether it rests on few."""
        return (self.figure.denominator or 0) < SMALL


@dataclass(frozen=True, slots=True)
class Kept:
    """One group's 60-day stick: as counted, and drawn towards all groups by how little is known of it."""

    key: Group
    name: str
    claimed: int
    figure: Figure
    share: float | None
    low: float | None
    high: float | None

    @property
    def is_small(self) -> bool:
        """Whether too few are judged to say anything of this group alone."""
        return (self.figure.denominator or 0) < SMALL


@dataclass(frozen=True, slots=True)
class Brought:
    """What offers brought beside the control, who gets none: shares verified, their difference, saves beyond."""

    offered: Figure
    control: Figure
    difference: float
    low: float
    high: float

    @property
    def saves(self) -> tuple[int, int, int]:
        """How many saves that is among those who may be offered something, and the interval's ends."""
        number = self.offered.denominator or 0
        low, middle, high = (round(part * number) for part in (self.low, self.difference, self.high))
        return middle, low, high


@dataclass(frozen=True, slots=True)
class Cost:
    """Minor units per kept customer and month, with the ends of its 95 % interval."""

    value: float
    low: float | None
    high: float | None
    currency: str


@dataclass(frozen=True, slots=True)
class Headline:
    """What leads the page."""

    stick: Share
    claimed: int
    verified: int
    gross: Share
    net: Share
    wrongful: Share
    wishes: int
    brought: Brought | None
    costs: list[Cost]


def extent(programme: Programme) -> tuple[date, date] | None:
    """Return the day of the first claim, and today; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT MIN(local_date) FROM fact_claim WHERE programme_id = %s", [programme.pk])
        [first] = cursor.fetchone() or (None,)
    return (first, clock.now().astimezone(programme.zone).date()) if first else None


def headline(programme: Programme, start: date, end: date) -> Headline:
    """Count what leads the page, of claims made and wishes uttered on these days."""
    found = queries.cuts(programme, (*CLAIMS, *WISHES), start, end, [(), ("control",)])
    [now] = found[()]
    return Headline(
        stick=share(now["stick_60"]),
        claimed=int(now["saves_claimed"].numerator),
        verified=int(now["stick_60"].numerator),
        gross=share(now["gross_save_rate"]),
        net=share(now["verified_save_rate"]),
        wrongful=share(now["wrongful_save_rate"]),
        wishes=int(now["wishes_to_leave"].numerator),
        brought=brought({row.group["control"]: row["verified_save_rate"] for row in found["control",]}),
        costs=_costs(programme, start, end),
    )


def share(figure: Figure) -> Share:
    """Return a share with Wilson's interval."""
    if not figure.denominator:
        return Share(figure, None, None)
    low, high = share_interval(figure.numerator, figure.denominator)
    return Share(figure, max(0.0, float(low)), min(1.0, float(high)))


def brought(by_control: Mapping[Group, Figure]) -> Brought | None:
    """Return what offers brought beyond the control share; None where one of both has nothing to compare."""
    offered, control = by_control.get(False), by_control.get(True)
    if offered is None or control is None or not offered.denominator or not control.denominator:
        return None
    found = share_difference(control.numerator, control.denominator, offered.numerator, offered.denominator)
    return Brought(offered, control, *(float(part) for part in (found.value, found.low, found.high)))


def _costs(programme: Programme, start: date, end: date) -> list[Cost]:
    """Return what a kept customer and month costs in each currency; the customer is the unit of the interval."""
    key = "cost_per_kept_month"
    sums = sums_by(queries.values_for(programme, start, end), [key], "currency")
    currencies = sorted({str(arm) for arm, _ in sums if arm is not None})
    if len(currencies) < 2:  # claims that cost nothing have no currency
        return _cost(added(sums.values()), "".join(currencies))
    return [one for currency in currencies for one in _cost(of_arm(sums, currency, key), currency)]


def _cost(sums: Sums, currency: str) -> list[Cost]:
    value, error = (float(part) for part in ratio(sums))
    if not value > 0:
        return []
    half = NORMAL_95 * error
    low, high = (max(0.0, value - half), value + half) if half == half else (None, None)
    return [Cost(value, low, high, currency)]


def kept_by(programme: Programme, start: date, end: date, by: str, names: Mapping[Group, str]) -> list[Kept]:
    """Return the stick by group, the groups with most claims first and what is not known last."""
    stick = "rebuttal_stick" if by == "rebuttal" else "stick_60"
    rows = queries.metrics(programme, [stick], start, end, by=by)
    rows = [row for row in rows if row[stick].cohort]
    rows.sort(key=lambda row: (row.group[by] is None, -(row[stick].cohort or 0)))
    hits, trials = [row[stick].numerator for row in rows], [row[stick].denominator or 0 for row in rows]
    drawn = zip(*(part.tolist() for part in shrunk_shares(hits, trials)), strict=True) if rows else ()
    return [
        Kept(
            row.group[by],
            name_of(dict(names), by, row.group[by]),
            int(row[stick].cohort or 0),
            row[stick],
            *(part if part == part else None for part in told),
        )
        for row, told in zip(rows, drawn, strict=False)
    ]


def bars(rows: Sequence[Kept]) -> dict[str, Any]:
    """Return the chart of the groups with most claims; those of which too little is known are pale."""
    shown = [row for row in rows if row.share is not None][:BARS]
    return {
        "kind": "bar",
        "horizontal": True,
        "x": [row.name for row in shown],
        "series": [
            {
                "name": METRICS["stick_60"].name,
                "values": [row.share for row in shown],
                "low": [row.low for row in shown],
                "high": [row.high for row in shown],
                "faint": [row.is_small for row in shown],
            }
        ],
        "unit": "%",
        "max": 1,
    }
