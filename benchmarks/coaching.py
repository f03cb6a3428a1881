"""How often what coaching changed is told wrongly, beside the 5 times of 100 that are promised.

Simulates floors of three teams of twelve for a year (:mod:`rapport.coaching.tests.floors`), puts their rows
through the panel and the estimator as the job of each Monday does, and counts: where coaching changes nothing, how
many countings found something, and of how many reps a change of their own was found; where it adds 0.15, what was
told.
"""

from __future__ import annotations

import argparse
import os

EFFECT = 0.15


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=100, help="floors without an effect, for each way of choosing")
    asked.add_argument("--ways", nargs="+", help="by what supervisors choose; all unless told")
    told = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    import django

    django.setup()
    import numpy as np

    from rapport.coaching.effects import estimated
    from rapport.coaching.models import Effect
    from rapport.coaching.tests.floors import WAYS, a_floor
    from rapport.numeric.intervals import share_interval

    def counted(seed: int, way: str, effect: float) -> list[Effect]:
        return [Effect(**row) for row in estimated(a_floor(seed, way, effect=effect).panels())]

    def of_all(rows: list[Effect]) -> list[Effect]:
        return [one for one in rows if not (one.method or one.coach_id or one.rep_id) and one.is_told]

    print(
        f"by          false alarms of {told.runs} (95 % interval)  better  worse   reps   middle   with +{EFFECT}"
    )
    for way in told.ways or WAYS:
        alarms, better, worse, reps, alarmed, middle = 0, 0, 0, 0, 0, []
        for seed in range(told.runs):
            rows = counted(seed, way, 0.0)
            found = [one for one in of_all(rows) if one.is_found]
            alarms += bool(found)
            better += any((one.value or 0) > 0 for one in found)
            worse += any((one.value or 0) < 0 for one in found)
            middle += [one.value for one in of_all(rows)]
            reps += len({one.rep_id for one in rows if one.rep_id is not None})
            alarmed += len({one.rep_id for one in rows if one.rep_id is not None and one.is_found})
        low, high = share_interval(alarms, told.runs)
        there = [one for seed in range(told.runs // 4) for one in of_all(counted(told.runs + seed, way, EFFECT))]
        held = np.mean([(one.low or 0) <= EFFECT <= (one.high or 0) for one in there])
        print(
            f"{way:10}  {alarms / told.runs:6.1%} ({float(low):.1%} to {float(high):.1%})"
            f"  {better / told.runs:18.1%} {worse / told.runs:6.1%} {alarmed / max(reps, 1):6.1%}"
            f"  {np.mean(middle):+7.3f}   {np.mean([one.value for one in there]):+.3f}, held {held:.0%},"
            f" found {np.mean([one.is_found for one in there]):.0%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
