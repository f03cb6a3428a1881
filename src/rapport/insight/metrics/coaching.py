"""How much of their time supervisors coach."""

from __future__ import annotations

from rapport.insight.declaring import Metric

METRICS = (
    Metric(
        "coaching_share",
        "Time coached",
        "The share of supervisors' time on duty that they spent in one-to-ones, of duties that they began and "
        "ended themselves; 40 to 50 % is asked for. Of who told no duty there is no figure.",
        "share",
        "ratio",
        "duty",
        "SUM(coached_seconds)",
        "SUM(duty_seconds)",
    ),
)
