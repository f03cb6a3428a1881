"""`rapport up`: start the processes in order, watch them, start again what dies, stop all with the database last.

One thread, one loop: it sleeps until a signal arrives (a child's end, Ctrl-C) or the next restart is due.
"""

import os
import select
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.error import URLError

from rapport.config import home as config_home
from rapport.kit import env
from rapport.kit.env import SettingError
from rapport.runtime import owner, processes, state
from rapport.runtime.database import Server
from rapport.runtime.programs import Program, ours, programs
from rapport.runtime.progress import report, say, step

FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 10.0
STEADY_SECONDS = 30.0  # having run this long, a program's next end counts as its first
READY_SECONDS = 60.0
LOOK_SECONDS = 1.0
SIGNALS_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class Watched:
    """A process under our eyes: how to start it, and what it does now."""

    note: state.Running
    begin: Callable[[], "subprocess.Popen[bytes]"]
    end: Callable[["subprocess.Popen[bytes]"], object]
    process: "subprocess.Popen[bytes] | None" = None
    delay: float = FIRST_DELAY_SECONDS
    due: float = 0.0  # monotonic seconds: when to start it again

    def start(self) -> None:
        """Start it and note its number."""
        self.process = self.begin()
        self.note.pid = self.process.pid
        self.note.began = processes.began_at(self.process.pid)
        self.note.state = "running"

    def look(self, now: float) -> bool:
        """Notice an end, and start again when it is time. Returns whether anything changed."""
        if self.note.state == "waiting" and now >= self.due:
            self.start()
            return True
        if self.process is None or self.note.state != "running" or self.process.poll() is None:
            return False
        self._ended(now, self.process.returncode)
        return True

    def _ended(self, now: float, code: int) -> None:
        processes.kill_group(self.note.pid)
        if time.time() - self.note.began > STEADY_SECONDS:
            self.delay = FIRST_DELAY_SECONDS
        self.note.restarts += 1
        self.note.state, self.note.last_end = "waiting", processes.describe_end(code)
        report(f"{self.note.name} {self.note.last_end}; starting it again in {self.delay:.1f} s")
        self.due, self.delay = now + self.delay, min(self.delay * 2, LONGEST_DELAY_SECONDS)


class Supervisor:
    """Everything one `rapport up` runs. Use as: with Supervisor(...) as running: ...; running.watch()."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = config_home.port()
        self.server = None if env.text("DATABASE_URL") else Server(home)
        self.url = self.server.url if self.server else env.text("DATABASE_URL")
        self.owner_url = "" if self.server else env.text("DATABASE_OWNER_URL")
        self.watched: list[Watched] = []
        self.stop_signals = 0
        self._ears, self._mouth = socket.socketpair()
        address = config_home.nearby(self.port).replace("127.0.0.1", "localhost")
        self.state = state.State(os.getpid(), time.time(), address, self.port, self.url)

    @property
    def environment(self) -> dict[str, str]:
        """Return what every process is told about this installation; how to be the owner is not part of it."""
        return {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"},
            "RAPPORT_HOME": str(self.home),
            "RAPPORT_PORT": str(self.port),
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "rapport.config.settings",
            "PYTHONUNBUFFERED": "1",
        }

    def __enter__(self) -> "Supervisor":
        state.clear_remains(self.home)
        for number in (self.port, self.port + 1):
            refuse_if_taken(number)
        self._ears.setblocking(False)
        self._mouth.setblocking(False)
        signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
        for each in SIGNALS_TO_STOP:
            if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN:  # nohup keeps us running
                signal.signal(each, self._asked_to_stop)
        return self

    def _asked_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stop_signals += 1
        if not self.state.processes:  # still preparing: nothing to wait for
            raise KeyboardInterrupt

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start_database(self) -> None:
        """Start the embedded database, or wait for the server that DATABASE_URL names."""
        if self.server is None:
            wait_for_server(self.owner_url or self.url)
            return
        server = self.server
        server.prepare()
        watched = Watched(state.Running("database"), server.start, server.stop)
        with step("Starting the database"):
            watched.start()
            self._add(watched)
            if watched.process:
                server.wait(watched.process)

    def migrate(self) -> None:
        """Bring the database up to date, as its owner."""
        as_owner = {"RAPPORT_ROLE": "owner"} | ({"DATABASE_OWNER_URL": self.owner_url} if self.owner_url else {})
        self.run("Bringing the database up to date", *ours("rapport.runtime.migrating"), more=as_owner)

    def run(self, title: str, *command: str, more: Mapping[str, str] | None = None) -> None:
        """Run one command to its end, with the installation's environment; raises SettingError if it fails."""
        process = processes.start(command, environment={**self.environment, **(more or {})})
        while process.poll() is None and not self.stop_signals:
            self._sleep(LOOK_SECONDS)
        if process.poll() is None:
            processes.stop(process, signal.SIGTERM, seconds=10)
            raise KeyboardInterrupt
        if process.returncode != 0:
            raise SettingError(f"{title} failed: it {processes.describe_end(process.returncode)}.")

    def start_programs(self, extra: tuple[Program, ...] = ()) -> None:
        """Start everything beside the database and wait until pages are served and all is ready."""
        table = programs(self.port, extra=extra)
        say(f"Starting {', '.join(program.name for program in table)} …")
        for program in table:
            watched = self._watched(program)
            watched.start()
            self._add(watched)
        deadline = time.monotonic() + READY_SECONDS
        while not self.stop_signals and time.monotonic() < deadline and not is_ready(self.port):
            self._look()
            self._sleep(0.25)
        if not self.stop_signals and not is_ready(self.port):
            say(f"Not all is ready after {READY_SECONDS:.0f} s; {self.state.address}/readyz says what is not.")

    def _watched(self, program: Program) -> Watched:
        environment = {**self.environment, "RAPPORT_ROLE": program.role}
        return Watched(
            state.Running(program.name),
            lambda: processes.start(program.command, environment=environment, die_with=program.stop_signal),
            lambda process: processes.stop(process, program.stop_signal, seconds=program.stop_seconds),
        )

    def _add(self, watched: Watched) -> None:
        self.watched.append(watched)
        self.state.processes.append(watched.note)
        self.state.write(self.home)

    def watch(self) -> None:
        """Keep everything running until asked to stop."""
        while not self.stop_signals:
            self._look()
            self._sleep(self._until_next())

    def _look(self) -> None:
        now = time.monotonic()
        changed = [each.look(now) for each in self.watched]
        if any(changed):
            self.state.write(self.home)

    def _until_next(self) -> float:
        due = [each.due - time.monotonic() for each in self.watched if each.note.state == "waiting"]
        return max(0.0, min([LOOK_SECONDS, *due]))

    def _sleep(self, seconds: float) -> None:
        """Sleep, but wake at any signal."""
        if select.select([self._ears], [], [], seconds)[0]:
            self._ears.recv(4096)

    def stop(self) -> None:
        """Stop everything, the newest first, the database last."""
        if self.watched:
            say("Stopping " + ", ".join(each.note.name for each in reversed(self.watched)) + " …")
        for each in reversed(self.watched):
            if each.process is not None:
                each.end(each.process)
            each.note.state = "stopped"
        self.state.write(self.home)
        signal.set_wakeup_fd(-1)


def refuse_if_taken(port: int) -> None:
    """Raise SettingError where another program listens on the port."""
    name = config_home.bind()
    with closing(socket.socket(socket.AF_INET6 if ":" in name else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((name, port))
        except OSError as error:
            raise SettingError(
                f"Port {port} on {name} cannot be used ({error.strerror}). Rapport needs two ports in a row; "
                "set RAPPORT_PORT to the first of two that are free, for example RAPPORT_PORT=8010."
            ) from None


def wait_for_server(url: str, seconds: float = 30.0) -> None:
    """Wait for the server that DATABASE_URL names; raises SettingError with its answer if it stays away."""
    import psycopg

    problem = ""

    def answers() -> bool:
        nonlocal problem
        try:
            psycopg.connect(url, connect_timeout=3).close()
        except psycopg.OperationalError as error:
            problem = str(error).strip().splitlines()[-1]
        else:
            return True
        return False

    if not processes.wait_until(answers, seconds=seconds, every=0.5):
        raise SettingError(f"The database that DATABASE_URL names does not answer: {problem}")


def is_ready(port: int) -> bool:
    """Tell whether the installation on this port says that it is ready."""
    return answer(port, "/readyz") == 200


def answer(port: int, path: str) -> int:
    """Return the status with which the local web process answers, or 0 where it does not."""
    try:
        with urllib.request.urlopen(config_home.nearby(port) + path, timeout=10) as response:  # noqa: S310 - ours
            return int(response.status)
    except URLError as error:
        return int(getattr(error, "code", 0))
    except OSError:
        return 0


def up(*, load: tuple[str, ...] = (), extra: Mapping[str, tuple[str, ...]] | None = None) -> int:
    """Run the installation until told to stop; ``load`` is a module and its arguments to run before it opens."""
    home = config_home.home()
    owner.wait_for_turn(home)
    with owner.owning(home, "up") as is_owner:
        if not is_owner:
            owner.wait_for_turn(home)
        try:
            with Supervisor(home) as running:
                running.start_database()
                running.migrate()
                if load:
                    running.run("Loading", *load)
                more = tuple(Program(name, command) for name, command in (extra or {}).items())
                running.start_programs(more)
                print(f"Rapport is at {running.state.address} (Ctrl-C stops it)", flush=True)
                running.watch()
        except KeyboardInterrupt:
            pass
        say("Stopped.")
    return 0
