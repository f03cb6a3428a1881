"""For tests and benchmarks: a whole installation by the same `rapport up`, in a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from rapport.runtime import processes, state
from rapport.runtime.reset import reset
from rapport.runtime.supervisor import answer, is_ready

START_SECONDS = 300.0  # a busy machine takes minutes to make the database
NOT_OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "RAPPORT_ROLE")
before_removal: list[Callable[[Path], object]] = []  # what the tests do with each log before it goes


class Installation:
    """One `rapport up` on ports of its own. Use as a context manager, or start() and stop() it."""

    def __init__(self, home: Path | None = None, *, environment: Mapping[str, str] | None = None) -> None:
        self.home = home or Path(tempfile.mkdtemp(prefix="rapport-rig-"))
        self.port = two_free_ports()
        self.log = self.home.with_name(f"{self.home.name}.log")
        outside = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        ours = {"RAPPORT_HOME": str(self.home), "RAPPORT_PORT": str(self.port)}
        self.environment = {**outside, **ours, **(environment or {})}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Return the address of the pages."""
        return f"http://localhost:{self.port}"

    def __enter__(self) -> "Installation":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.remove()

    def start(self, *words: str) -> None:
        """Start `rapport up` (or the command given) and wait until all is ready."""
        with self.log.open("ab") as output:
            command = [sys.executable, "-m", "rapport.runtime.cli", *(words or ("up",))]
            self.process = processes.start(command, environment=self.environment, output=output)
        process = self.process
        processes.wait_until(
            lambda: process.poll() is not None or is_ready(self.port), seconds=START_SECONDS, every=0.2
        )
        if process.poll() is not None or not is_ready(self.port):
            raise RuntimeError(f"Rapport does not start. It said:\n{self.said()}")

    def stop(self, with_signal: int = signal.SIGINT) -> int:
        """Stop it as Ctrl-C does; returns the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        return self.process.wait(60)

    def remove(self) -> None:
        """Remove everything it made."""
        for look in before_removal:
            for log in (self.log, *self.home.glob("logs/*")):
                look(log)
        reset(self.home)
        shutil.rmtree(self.home, ignore_errors=True)
        self.log.unlink(missing_ok=True)

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run one `rapport` command on this installation."""
        return subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "rapport.runtime.cli", *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def pid(self, name: str) -> int:
        """Return the number of one of its processes, as last written down."""
        found = state.read(self.home)
        return next((each.pid for each in found.processes if each.name == name), 0) if found else 0

    def said(self) -> str:
        """Return what it printed so far."""
        return self.log.read_text(errors="replace")

    def warned(self) -> str:
        """Return the warnings and errors among what it printed so far, the latest last."""
        return "\n".join(line for line in self.said().splitlines() if " WARNING " in line or " ERROR " in line)

    def answer(self, path: str) -> int:
        """Return the status of the answer to a GET, or 0 where none comes."""
        return answer(self.port, path)

    def becomes_ready(self, seconds: float = 90.0) -> bool:
        """Wait until it says that it is ready; returns whether it did."""
        return processes.wait_until(lambda: is_ready(self.port), seconds=seconds, every=0.2)


def two_free_ports() -> int:
    """Return a port that is free together with the next one."""
    while True:
        with closing(socket.socket()) as first, closing(socket.socket()) as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
