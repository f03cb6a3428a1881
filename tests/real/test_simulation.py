"""Published simulations and a real bank's calls, by our engine and policy.

The three models are those of the contact centre library of the Université de Montréal. Each figure's
confidence interval, over independent days, must meet the published one.
"""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from rapport.numeric.intervals import mean_interval
from rapport.simulation.cli import run
from rapport.simulation.engine import Arrivals, simulate
from rapport.simulation.figures import busy_seconds
from rapport.simulation.sources import exponential_or_endless, poisson_arrivals, staffed

FOLDER = Path(__file__).parents[3] / "shared/data/reference_simulations"
CALLS = FOLDER.parent / "anonymous_bank/calls_1999-02-01_21.tsv.gz"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=f"the published outputs are not here ({FOLDER})")
DAY_SECONDS, THRESHOLD_SECONDS, REPS = 8 * 3600, 20, 12
DAYS = 150  # of each model; the published outputs are of 1,000


def published(model: str) -> dict[str, tuple[float, float]]:
    """The interval of each figure in a published report."""
    report = (FOLDER / f"{model}.res").read_text()
    found = re.findall(r"==> (.+?)\n.+?\(\s*([\d.]+),\s+([\d.]+)\s*\)", report, re.DOTALL)
    return {name.strip(): (float(low), float(high)) for name, low, high in found}


def meets(samples: list[float], interval: tuple[float, float]) -> bool:
    """Whether our 95 % interval and the published one have a value in common."""
    _, low, high = mean_interval(samples)
    return low <= interval[1] and high >= interval[0]


def days_of_twelve_reps(patience_seconds: float, days: int) -> dict[str, list[float]]:
    """MMC and MMCAb: 4.2 contacts a minute for 8 h from an empty floor, 2 minutes each."""
    random = np.random.default_rng(20)
    told: dict[str, list[float]] = {
        name: [] for name in ("gone", "target", "served", "wait", "occupancy", "gone soon")
    }
    for _ in range(days):
        at = poisson_arrivals([4.2 / 60], DAY_SECONDS, random)
        service = random.exponential(120, at.size)
        patience = exponential_or_endless(patience_seconds, at.size, random)
        day = simulate(Arrivals(at, service, patience), staffed([REPS], DAY_SECONDS))
        soon = day.wait_seconds <= THRESHOLD_SECONDS
        told["gone"].append(day.abandoned.sum())
        told["gone soon"].append((day.abandoned & soon).sum())
        told["target"].append((day.answered & soon).sum())
        told["served"].append(day.answered.sum())
        told["wait"].append(day.wait_seconds[day.answered].mean() / 60)
        busy = busy_seconds(at, service, day, until=DAY_SECONDS)
        told["occupancy"].append(busy / (REPS * DAY_SECONDS))
    return told


def ratios(numerators: list[float], denominators: list[float]) -> list[float]:
    """Samples whose mean is the ratio of the means, with its spread to first order (the delta method)."""
    above, below = np.array(numerators, dtype=float), np.array(denominators, dtype=float)
    ratio = above.mean() / below.mean()
    spread: list[float] = (ratio + (above - ratio * below) / below.mean()).tolist()
    return spread


def test_mmc() -> None:
    told, expected = days_of_twelve_reps(np.inf, DAYS), published("MMC")
    assert meets(told["target"], expected["Number of contacts in target"])
    assert meets(ratios(told["target"], told["served"]), expected["Service level"])
    assert meets(told["wait"], expected["Speed of answer"])
    assert meets(told["occupancy"], expected["Occupancy ratio"])


def test_mmc_with_abandonment() -> None:
    told, expected = days_of_twelve_reps(60, DAYS), published("MMCAb")
    assert meets(told["gone"], expected["Number of contacts having abandoned"])
    assert meets(told["target"], expected["Number of contacts in target"])
    assert meets(ratios(told["target"], told["served"]), expected["Service level"])
    assert meets(told["wait"], expected["Speed of answer"])
    assert meets(told["occupancy"], expected["Occupancy ratio"])
    stayed = (np.add(told["served"], told["gone"]) - told["gone soon"]).tolist()
    assert meets(ratios(told["target"], stayed), expected["Service level with abandonment"])


def centre() -> tuple[list[int], NDArray[np.float64]]:
    """The reps and the calls an hour of each of CallCC's periods."""
    numbers = [line.split()[:2] for line in (FOLDER / "CallCenter.dat").read_text().splitlines()]
    periods = numbers[2 : 2 + int(numbers[1][0])]
    return [int(reps) for reps, _ in periods], np.array([float(calls) for _, calls in periods])


def test_callcc() -> None:
    """The busyness of days is drawn evenly over its distribution, so that the means lie inside the intervals.

    Here the published figures are shares of the 1,660 calls expected, and a wait is also that of who gave up.
    """
    reps, calls_an_hour = centre()
    random, calls_expected = np.random.default_rng(12), calls_an_hour.sum()
    told: dict[str, list[float]] = {name: [] for name in published("CallCC")}
    for busyness in stats.gamma.ppf((np.arange(DAYS) + random.random(DAYS)) / DAYS, 10, scale=1 / 10):
        at = poisson_arrivals(busyness * calls_an_hour / 3600, 3600, random)
        patience = np.where(random.random(at.size) < 0.1, 0.0, random.exponential(1000, at.size))
        day = simulate(Arrivals(at, random.gamma(1.0, 100, at.size), patience), staffed(reps, 3600))
        told["Number of arrivals per day"].append(at.size)
        told["Average waiting time per customer"].append(day.wait_seconds.sum() / calls_expected)
        told["Proportion of waiting times < s"].append(
            (day.wait_seconds < THRESHOLD_SECONDS).sum() / calls_expected
        )
        told["Proportion of calls lost"].append(day.abandoned.sum() / calls_expected)
    for name, samples in told.items():
        low, high = published("CallCC")[name]
        assert low <= np.mean(samples) <= high, name


@pytest.mark.skipif(not CALLS.exists(), reason=f"the real calls are not here ({CALLS})")
def test_a_replay_of_the_bank_by_its_own_rule_gives_back_its_waits(capsys: pytest.CaptureFixture[str]) -> None:
    policies = ["--policy", "recorded-priority", "--policy", "fifo"]
    asked = ["--calls", str(CALLS), "--format", "anonymous-bank", *policies, "--seeds", "1", "--json"]
    assert run(asked) == 0
    told = json.loads(capsys.readouterr().out)
    recorded, by_policy = told["recorded"]["overall"], [one["overall"]["figures"] for one in told["policies"]]
    simulated = {name: one and one["mean"] for name, one in by_policy[0].items()}
    assert (recorded["offered"], recorded["answered"], recorded["abandoned"]) == (24_010, 20_899, 3_111)
    assert simulated["offered"] == 24_010
    assert simulated["mean_wait_seconds"] == pytest.approx(recorded["mean_wait_seconds"], rel=0.1)
    assert simulated["abandonment_rate"] == pytest.approx(recorded["abandonment_rate"], rel=0.1)
    assert simulated["service_level"] == pytest.approx(recorded["service_level"], rel=0.1)
    assert simulated["p95_wait_seconds"] == pytest.approx(recorded["p95_wait_seconds"], rel=0.1)
    change = told["policies"][1]["by_segment"]["2"]["change"]["mean_wait_seconds"]
    assert change["mean"] > 10
