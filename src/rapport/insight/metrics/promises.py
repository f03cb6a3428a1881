"""Whether customers got what they were promised."""

from __future__ import annotations

from rapport.insight.declaring import Metric, contacts_where, total

STANDS = "state <> 'withdrawn'"
WAS_DUE = f"{STANDS} AND due_at <= :as_of"

METRICS = (
    Metric(
        "promise_kept_rate",
        "Promises kept in time",
        "The share of promises due that evidence shows were kept by then. What nobody shows was not. What was "
        "taken back does not count, nor does what is not due yet, even if it is kept already.",
        "share",
        "ratio",
        "promise",
        contacts_where(f"{WAS_DUE} AND state = 'kept'"),
        contacts_where(WAS_DUE),
        cohort=contacts_where(STANDS),
        better="up",
    ),
    Metric(
        "promise_late_rate",
        "Promises kept late",
        "The share of promises due that were kept after they were due.",
        "share",
        "ratio",
        "promise",
        contacts_where(f"{WAS_DUE} AND state = 'late'"),
        contacts_where(WAS_DUE),
        cohort=contacts_where(STANDS),
        better="down",
    ),
    Metric(
        "promise_broken_rate",
        "Promises broken",
        "The share of promises due that were broken: somebody said so, or three days passed and nobody said that "
        "what we keep was kept.",
        "share",
        "ratio",
        "promise",
        contacts_where(f"{WAS_DUE} AND state = 'broken'"),
        contacts_where(WAS_DUE),
        cohort=contacts_where(STANDS),
        better="down",
    ),
    Metric(
        "promise_lateness",
        "Lateness of promises",
        "How long after they were due promises were kept that were kept late, on average.",
        "seconds",
        "mean",
        "promise",
        total("late_seconds", "state = 'late'"),
        contacts_where("state = 'late'"),
        better="down",
    ),
)
