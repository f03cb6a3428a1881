"""How long the demonstration takes to load, and how much of that is its own simulation.

Run on an empty, migrated database: it is loaded in a transaction that is rolled back at the end.
"""

import time

import django
from django.db import transaction


def main() -> None:
    """Load, print what it took, and take it back."""
    django.setup()
    from rapport.demo.files import invent
    from rapport.demo.load import Size, load, simulate
    from rapport.kit import clock

    size = Size()
    began = time.perf_counter()
    simulate(size, invent(size.customers, today=clock.now().date(), seed=1), now=clock.now(), seed=1).run()
    simulated = time.perf_counter() - began
    began, worked = time.perf_counter(), time.process_time()
    try:
        with transaction.atomic():
            contacts = load(size=size)
            loaded, worked = time.perf_counter() - began, time.process_time() - worked
            raise _TakeBack
    except _TakeBack:
        pass
    print(f"simulating a month: {simulated:.1f} s")
    print(f"loading {contacts:,} contacts: {loaded:.1f} s, of it {worked:.1f} s our own processor time")
    print(f"{contacts / loaded:,.0f} contacts a second with all that belongs to them")


class _TakeBack(Exception):
    pass


if __name__ == "__main__":
    main()
