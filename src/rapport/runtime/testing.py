"""A pytest plugin: tests get a home of their own, and an embedded PostgreSQL where DATABASE_URL names no server.

The settings are read while pytest starts, so the home and the database's address are settled when this module
is imported; the server itself starts with the session. Under xdist only the controlling process owns it.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from rapport.runtime.log_check import Keeper

WORKER = "PYTEST_XDIST_WORKER"
LONG = ("tests/journeys", "tests/runtime", "tests/failures", "tests/real")  # the longest first
UNSAFE_BUT_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# A busy machine fails no test: examples are not timed. World and client are made once for all examples of a test.
UNTIMED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("rapport", deadline=None, suppress_health_check=UNTIMED)
settings.load_profile("rapport")

is_worker = WORKER in os.environ
wants_server = not is_worker and not os.environ.get("DATABASE_URL")
if not is_worker:
    for name in ("RAPPORT_PORT", "RAPPORT_LIVE_URL", "RAPPORT_TLS", "RAPPORT_ROLE", "SECRET_KEY"):
        os.environ.pop(name, None)  # the developer's own settings stay out of tests
    os.environ["RAPPORT_HOME"] = tempfile.mkdtemp(prefix="rapport-test-")


class Embedded:
    """The server of this test session, and the session's home."""

    def __init__(self) -> None:
        self.home = Path(os.environ["RAPPORT_HOME"])
        self.process: subprocess.Popen[bytes] | None = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Start the server unless tests are only to be listed."""
        if wants_server and not session.config.option.collectonly:
            from rapport.runtime.database import Server

            self.server = Server(self.home, UNSAFE_BUT_QUICK)
            self.server.prepare()
            self.process = self.server.start()
            self.server.wait(self.process)

    def pytest_unconfigure(self) -> None:
        """Stop the server, and remove everything that was made."""
        from rapport.runtime.reset import reset

        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)  # nothing of it is kept
            self.process.wait(30)
        reset(self.home)
        shutil.rmtree(self.home, ignore_errors=True)


def place(nodeid: str) -> str:
    """Return what a test shares its set-up with: its folder where that is long, else its file."""
    path = nodeid.partition("::")[0]
    return next((folder for folder in LONG if path.startswith(f"{folder}/")), path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that two processes end at about the same time."""
    items.sort(key=lambda item: LONG.index(where) if (where := place(item.nodeid)) in LONG else len(LONG))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Send the tests of one place to one process, in the order of collection."""
    config.option.loadscopereorder = False
    return _ByPlace(config, log)


class _ByPlace(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return place(nodeid)


def pytest_configure(config: pytest.Config) -> None:
    """Register the session's server in the process that owns the session."""
    config.pluginmanager.import_plugin("rapport.runtime.testing_roles")  # uses pytest-django's
    if not is_worker:
        config.pluginmanager.register(Embedded(), "rapport-embedded")
    if not config.option.collectonly:
        config.pluginmanager.register(Keeper(Path(os.environ["RAPPORT_HOME"])), "rapport-logs")
