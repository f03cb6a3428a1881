"""How much a process of ours loads before it does anything: what is slow to load is loaded by who needs it."""

import subprocess
import sys

HEAVY = ("scipy.stats", "scipy.optimize", "pandas", "duckdb", "numba", "matplotlib", "sklearn", "ortools")
LOOK = f"""
import sys, django
django.setup()
import rapport.config.urls, rapport.routing.router
print(*(name for name in {HEAVY!r} if name in sys.modules))
"""


def test_no_process_loads_what_is_heavy_when_it_starts() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
