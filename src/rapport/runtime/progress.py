"""What the person at the terminal sees while something takes time. All of it goes to stderr."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(line: str) -> None:
    """Write one line."""
    print(line, file=sys.stderr, flush=True)


def report(line: str) -> None:
    """Write one line with the time of day, for what happens while the processes run."""
    say(f"{time.strftime('%H:%M:%S')} {line}")


@contextmanager
def step(title: str) -> Iterator[None]:
    """Say that a step begins and, when it ends well, how many seconds it took."""
    print(f"{title} …", end="", file=sys.stderr, flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", file=sys.stderr, flush=True)
        raise
    print(f" {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
