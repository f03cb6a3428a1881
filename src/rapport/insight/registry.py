"""The metrics: each is declared here once, and counted by this SQL wherever it is shown.

The SQL is the portable subset that sqlglot renders for each engine. ``:name`` is a value:
``:answer_within_seconds`` is the programme's, ``:return_hours`` an option, ``:as_of`` is now, and ``:seen_until``
the instant up to which the programme's contacts were observed (now, or the end of the local day of the last one
where that is earlier, so that an old log ends where it ends).
"""

from __future__ import annotations

from rapport.insight.declaring import Metric, Relation
from rapport.insight.metrics import (
    coaching,
    guidance,
    hands,
    keeping,
    outcomes,
    promises,
    quality,
    self_service,
    service,
    work,
)
from rapport.insight.relations import DIMENSIONS, RELATIONS
from rapport.kit.errors import Invalid

__all__ = ["DIMENSIONS", "METRICS", "RELATIONS", "Metric", "Relation", "metric"]

AREAS = (service, work, outcomes, guidance, self_service, hands, keeping, promises, quality, coaching)
METRICS: dict[str, Metric] = {one.key: one for area in AREAS for one in area.METRICS}


def metric(key: str) -> Metric:
    """Return the metric with this key; Invalid, with those there are, where there is none."""
    if key not in METRICS:
        raise Invalid(f"There is no metric {key!r}; there are {', '.join(METRICS)}.")
    return METRICS[key]
