"""Contacts simulated a second on the same M/M/c queue, one after the other in one run: this engine (which decides
by the routing policy), this project's compiled queue, ciw and simpy.

Each simulates the same number of contacts (4.2 a minute, 2 minutes each, 12 reps) and its mean wait is
printed beside Erlang's, so that a fast engine that is wrong shows. Rounds are interleaved; the best of each
counts. Then a year of a bank's calls (its three weeks, 17 times over) with the skills of its reps and its head
starts, where the log is there.
"""

import argparse
import time
from collections.abc import Callable, Generator
from pathlib import Path

import ciw
import numpy as np
import simpy

from rapport.contacts.call_logs.formats import ANONYMOUS_BANK
from rapport.contacts.call_logs.records import CallRecord
from rapport.numeric.erlang import mean_wait_seconds
from rapport.numeric.queueing import waits
from rapport.simulation.engine import Arrivals, Shift, simulate
from rapport.simulation.recording import Recording
from rapport.simulation.rules import RECORDED, read_rule

RATE, SERVICE_SECONDS, REPS = 4.2 / 60, 120.0, 12
CALLS = Path(__file__).parents[2] / "shared/data/anonymous_bank/calls_1999-02-01_21.tsv.gz"
YEAR, SPAN_SECONDS = 17, 21 * 24 * 3600.0


def by_rapport(contacts: int, seed: int) -> float:
    """The mean wait in seconds, by this project's engine and its routing policy."""
    random = np.random.default_rng(seed)
    at = np.cumsum(random.exponential(1 / RATE, contacts))
    service = random.exponential(SERVICE_SECONDS, contacts)
    run = simulate(Arrivals(at, service, np.full(contacts, np.inf)), [Shift(rep) for rep in range(REPS)])
    return float(run.wait_seconds.mean())


def by_compiled_queue(contacts: int, seed: int) -> float:
    """The mean wait in seconds, by this project's compiled queue of reps who are alike."""
    random = np.random.default_rng(seed)
    at = np.cumsum(random.exponential(1 / RATE, contacts))
    waited, _ = waits(
        at, random.exponential(SERVICE_SECONDS, contacts), np.inf, begins=np.zeros(REPS), ends=np.inf
    )
    return float(waited.mean())


def by_ciw(contacts: int, seed: int) -> float:
    """The mean wait in seconds, by ciw."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=RATE)],
        service_distributions=[ciw.dists.Exponential(rate=1 / SERVICE_SECONDS)],
        number_of_servers=[REPS],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(contacts, method="Finish")
    return float(np.mean([record.waiting_time for record in simulation.get_all_records()]))


def by_simpy(contacts: int, seed: int) -> float:
    """The mean wait in seconds, by simpy."""
    random = np.random.default_rng(seed)
    gaps = random.exponential(1 / RATE, contacts).tolist()
    services = random.exponential(SERVICE_SECONDS, contacts).tolist()
    environment = simpy.Environment()
    reps = simpy.Resource(environment, capacity=REPS)
    waits: list[float] = []

    def contact(service: float) -> Generator[simpy.Event]:
        begun = environment.now
        with reps.request() as request:
            yield request
            waits.append(environment.now - begun)
            yield environment.timeout(service)

    def arrivals() -> Generator[simpy.Event]:
        for gap, service in zip(gaps, services, strict=True):
            yield environment.timeout(gap)
            environment.process(contact(service))

    environment.process(arrivals())
    environment.run()
    return float(np.mean(waits))


ENGINES: dict[str, Callable[[int, int], float]] = {
    "rapport": by_rapport,
    "compiled": by_compiled_queue,
    "ciw": by_ciw,
    "simpy": by_simpy,
}


def measure(contacts: int, rounds: int) -> dict[str, tuple[float, float]]:
    """For each engine the contacts a second of its best round, and its mean wait over all rounds."""
    by_compiled_queue(100, 0)  # compiled at its first call
    seconds: dict[str, list[float]] = {name: [] for name in ENGINES}
    waits: dict[str, list[float]] = {name: [] for name in ENGINES}
    for seed in range(rounds):
        for name, engine in ENGINES.items():
            begun = time.perf_counter()
            waits[name].append(engine(contacts, seed))
            seconds[name].append(time.perf_counter() - begun)
    return {name: (contacts / min(seconds[name]), float(np.mean(waits[name]))) for name in ENGINES}


def a_year() -> str:
    """Replay a year of the bank and say how long it took."""
    begun = time.perf_counter()
    recording = Recording(row for row in ANONYMOUS_BANK.open(CALLS) if isinstance(row, CallRecord))
    rule = read_rule(RECORDED, recording.floor, {"2": 90.0})
    once = recording.arrivals(rule, 0)
    read = time.perf_counter()
    after = np.arange(YEAR)[:, None] * SPAN_SECONDS
    arrivals = Arrivals(
        (once.at + after).ravel(),
        np.tile(once.service_seconds, YEAR),
        np.tile(once.patience_seconds, YEAR),
        None if once.head_start_seconds is None else np.tile(once.head_start_seconds, YEAR),
        [*(once.steps or ())] * YEAR,
    )
    shifts = [
        Shift(shift.rep, shift.begins + later, shift.ends + later, shift.skills)
        for later in after.ravel().tolist()
        for shift in recording.hours.shifts
    ]
    laid = time.perf_counter()
    run = simulate(arrivals, shifts)
    took = time.perf_counter() - laid
    return (
        f"a year of the bank, {run.rep.size:,} contacts with skills and head starts: {took:.1f} s, "
        f"{run.rep.size / took:,.0f} contacts/s (reading three weeks and inferring the floor {read - begun:.1f} s)"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--contacts", type=int, default=50_000, help="how many each engine simulates (default 50000)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often (default 3)")
    told = parser.parse_args()
    found = measure(told.contacts, told.rounds)
    exact = float(mean_wait_seconds(RATE * SERVICE_SECONDS, REPS, SERVICE_SECONDS))
    print(f"M/M/{REPS}, {told.contacts:,} contacts, best of {told.rounds}; mean wait by Erlang C {exact:.2f} s")
    for name, (speed, wait) in found.items():
        times = speed / found["ciw"][0]
        print(f"{name:<8} {speed:>12,.0f} contacts/s, mean wait {wait:.2f} s; {times:.1f} times ciw")
    if CALLS.exists():
        print(a_year())


if __name__ == "__main__":
    main()
