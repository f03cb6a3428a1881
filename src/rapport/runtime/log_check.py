"""A pytest plugin: what all tests and the processes they start write to their logs holds nothing sensitive.

Every test process keeps what our own handler would write; every installation that a test starts hands its logs
over before it is removed. Each line goes through the detector of :mod:`rapport.kit.redaction`, and is searched for
every number that a test sealed. Finds are written down in the session's home, and the session fails.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.kit.redaction import find

FINDS = "finds-in-logs.txt"
KEPT = "kept.log"
SHOWN = 300


class Keeper:
    """Keeps this process's log, and looks through logs for what should not be there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / f"{os.getpid()}.{KEPT}"
        self.sealed: set[str] = set()

    def pytest_sessionstart(self) -> None:
        """Begin once Django has set logging up: the same formatter and filters as in a real process."""
        from django.conf import settings

        from rapport.kit import sealing
        from rapport.runtime import rig

        keep = logging.FileHandler(self.log, delay=True)
        ours = next(one for one in logging.root.handlers if type(one) is logging.StreamHandler)
        keep.setFormatter(ours.formatter)
        for each in ours.filters:
            keep.addFilter(each)
        logging.root.addHandler(keep)
        rig.before_removal.append(self.look)
        seal = sealing.seal

        def noting(value: str, place: sealing.Place) -> str:
            if sealing.is_sought(value):
                self.sealed.add(value)
            return seal(value, place)

        sealing.seal = noting
        assert settings.LOGGING

    def look(self, log: Path) -> None:
        """Look through one log, and write the finds down."""
        if not log.exists():
            return
        finds = [f"{log.name}: {kind}: {line[:SHOWN]}" for line in _lines(log) for kind in self._kinds(line)]
        if finds:
            with (self.home / FINDS).open("a") as file:
                file.write("\n".join(finds) + "\n")

    def _kinds(self, line: str) -> list[str]:
        sealed = ["a sealed value"] if any(value in line for value in self.sealed) else []
        return sealed + [one.kind for one in find(line)]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Look through this process's own log; who owns the session fails it where anything was found."""
        self.look(self.log)
        if not hasattr(session.config, "workerinput") and (self.home / FINDS).exists():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was found."""
        if (self.home / FINDS).exists():
            terminalreporter.section("Sensitive values in logs", red=True)
            terminalreporter.write((self.home / FINDS).read_text())


def _lines(log: Path) -> Iterator[str]:
    with log.open(errors="replace") as file:
        yield from file
