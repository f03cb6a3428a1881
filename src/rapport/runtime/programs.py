"""The processes that `rapport up` starts and watches, in the order of starting; the last to stop is the first."""

import signal
import sys
from dataclasses import dataclass

from rapport.config import home

WEB_THREADS = 8  # Python runs one at a time: with twice as many, one in a hundred waits twice as long
MOST_STREAMS = 100_000  # beyond it the server would let requests wait; streams are limited by who opens them


@dataclass(frozen=True, slots=True)
class Program:
    """One process: how it is started, told to stop, and how long it may take for that."""

    name: str
    command: tuple[str, ...]
    role: str = "command"  # RAPPORT_ROLE: what settings make of it
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10.0


def programs(port: int, *, extra: tuple[Program, ...] = ()) -> list[Program]:
    """Return the table of processes beside the database, for pages on ``port`` and streams on the next."""
    threads = ("--blocking-threads", str(WEB_THREADS), "--workers-kill-timeout", "5")
    no_wait = ("--workers-kill-timeout", "1")  # an open stream never ends by itself, and has nothing to lose
    streams = ("--backlog", "4096", "--backpressure", str(MOST_STREAMS))
    return [
        Program("router", ours("rapport.routing.router"), "router"),
        Program("prompter", ours("rapport.prompts.prompter"), "prompter"),
        Program("worker", ours("rapport.jobs.worker"), "worker", stop_seconds=15),
        Program("live", _granian("asgi", "rapport.config.asgi:application", port + 1, *no_wait, *streams), "live"),
        Program("web", _granian("wsgi", "rapport.config.wsgi:application", port, *threads), "web"),
        *extra,
    ]


def ours(module: str) -> tuple[str, ...]:
    """Return the command that runs ``main()`` of one of our modules with Django ready."""
    return (*_python("rapport.runtime.child"), module)


def _python(module: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module)


def _granian(interface: str, target: str, port: int, *more: str) -> tuple[str, ...]:
    options = ("--host", home.bind(), "--port", str(port), "--log-level", "error")
    return (*_python("granian"), "--interface", interface, *options, "--no-ws", *more, target)
