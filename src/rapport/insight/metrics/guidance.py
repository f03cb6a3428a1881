"""What reps are shown while they talk, and what they make of it."""

from __future__ import annotations

from rapport.insight.declaring import Metric

METRICS = (
    Metric(
        "touch_point_coverage",
        "Touch-point coverage",
        "The share of the guides' required touch points that reps ticked.",
        "share",
        "ratio",
        "coverage",
        "SUM(covered)",
        "SUM(required)",
        better="up",
    ),
)
