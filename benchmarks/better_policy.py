"""Is there a policy that serves a bank's priority customers sooner and makes nobody else's longest waits longer?

Head starts by segment and by reason, and specialists first, are searched on the first two weeks of the log. The
best are then held against the bank's own rule on the third week, which the search has not seen, with other
seeds. The longest waits are the 95th percentile of those answered. Nobody is served by a rep who has not shown the
reason.
"""

import argparse
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

from rapport.contacts.call_logs.formats import ANONYMOUS_BANK
from rapport.contacts.call_logs.records import CallRecord
from rapport.simulation.compare import Comparison, Estimate, Outcome, compare
from rapport.simulation.recording import Recording
from rapport.simulation.rules import RECORDED, read_rule
from rapport.simulation.table import table

PRIORITY, OTHERS = "2", ("0", "1")
CALLS = Path(__file__).parents[2] / "shared/data/anonymous_bank/calls_1999-02-01_21.tsv.gz"
PRIORITY_STARTS = (90, 120, 180, 300)
REASONS = ("", *(f"reason:{reason}=60" for reason in ("PS", "NE", "NW", "IN")))
SPECIALISTS = ("", "specialists=0")
WITHIN_SECONDS = 1.0  # the log holds whole seconds


def candidates() -> Iterator[str]:
    """Every policy that is tried."""
    for start, reason, specialists in product(PRIORITY_STARTS, REASONS, SPECIALISTS):
        yield ",".join(filter(None, (f"segment:{PRIORITY}={start}", reason, specialists)))


def changes(outcome: Outcome) -> tuple[Estimate, list[Estimate]]:
    """The change of priority customers' mean wait, and of the 95th percentile of each of the others."""
    sooner, *longest = (
        (outcome.by_segment[key].change or {})[figure]
        for key, figure in ((PRIORITY, "mean_wait_seconds"), *((key, "p95_wait_seconds") for key in OTHERS))
    )
    assert sooner is not None
    return sooner, [one for one in longest if one is not None]


def held_against(calls: list[CallRecord], policies: list[str], seeds: range) -> Comparison:
    """The policies beside the bank's own, which is the first."""
    recording = Recording(calls)
    starts = {key: float(segment.head_start_seconds) for key, segment in ANONYMOUS_BANK.segments.items()}
    rules = [read_rule(text, recording.floor, starts) for text in (RECORDED, *policies)]
    return compare(recording, rules, seeds=seeds)


def search(calls: list[CallRecord], seeds: range, keep: int) -> list[str]:
    """Print all; return the best for priority customers of those that harm nobody, then those that harm least."""
    found = held_against(calls, list(candidates()), seeds)
    told = [(outcome.policy, *changes(outcome)) for outcome in found.policies[1:]]
    ranked = sorted((sooner.mean, max(one.mean for one in longest), policy) for policy, sooner, longest in told)
    print(f"{'policy':<44}{'priority mean wait':>20}{'worst of the others, p95':>26}")
    for sooner, worst, policy in ranked:
        print(f"{policy:<44}{sooner:>+18.1f} s{worst:>+24.1f} s")
    harmless = [policy for sooner, worst, policy in ranked if worst <= 0 and sooner < 0]
    harmful = [one for one in ranked if one[2] not in harmless and one[0] < 0]
    return (harmless + [policy for _, _, policy in sorted(harmful, key=lambda one: one[1])])[:keep]


def main() -> None:
    """Search, confirm, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=Path, default=CALLS, help="the log of calls of the bank")
    parser.add_argument(
        "--search-seeds", type=int, default=2, help="runs of each policy in the search (default 2)"
    )
    parser.add_argument("--seeds", type=int, default=20, help="runs of each policy kept (default 20)")
    parser.add_argument("--keep", type=int, default=4, help="how many policies to confirm (default 4)")
    told = parser.parse_args()
    if not told.calls.exists():
        print(f"The log is not here ({told.calls}).")
        return
    calls = [row for row in ANONYMOUS_BANK.open(told.calls) if isinstance(row, CallRecord)]
    third = min(call.arrived_at for call in calls).replace(hour=0, minute=0, second=0) + timedelta(days=14)
    best = search(before(calls, third), range(told.search_seeds), told.keep)
    print("\nThe third week, which the search has not seen:\n")
    found = held_against(
        [call for call in calls if call.arrived_at >= third], best, range(1000, 1000 + told.seeds)
    )
    print("\n".join(table(found, {key: segment.name for key, segment in ANONYMOUS_BANK.segments.items()})))
    print()
    for outcome in found.policies[1:]:
        print(f"{outcome.policy}: {verdict(outcome)}.")


def verdict(outcome: Outcome) -> str:
    """What the intervals allow to say."""
    sooner, longest = changes(outcome)
    serves = "serves priority customers sooner" if (sooner.high or 0) < 0 else "is not shown to serve them sooner"
    if all(one.high is not None and one.high < WITHIN_SECONDS for one in longest):
        return f"{serves}; nobody else's 95th percentile is worse"
    if any(one.low is not None and one.low > 0 for one in longest):
        return f"{serves}; somebody else's 95th percentile is worse"
    return f"{serves}; that nobody else's 95th percentile is worse is not shown"


def before(calls: list[CallRecord], instant: datetime) -> list[CallRecord]:
    """The calls that came before the instant."""
    return [call for call in calls if call.arrived_at < instant]


if __name__ == "__main__":
    main()
