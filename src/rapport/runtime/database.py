"""The embedded PostgreSQL: made on first use, run in the foreground as our child, never reachable from outside.

It listens on a socket in a folder only its user may enter. ``fsync`` stays on. It survives its own violent
death: the remains of a killed server are cleared before the next start, and PostgreSQL recovers from its log.
"""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from rapport.config import database_url
from rapport.kit.env import SettingError
from rapport.runtime import place, processes
from rapport.runtime.progress import step

if TYPE_CHECKING:
    import psycopg

MAJOR = "18"
OWNER = database_url.OWNER
DATABASE = "rapport"
START_SECONDS = 60.0
BIG_LOG = 10 * 1024 * 1024
SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "autovacuum_analyze_threshold": "5",  # a few versions beside thousands of contacts: uncounted, plans are wrong
    "jit": "off",
    "timezone": "UTC",
    "log_min_error_statement": "panic",  # a statement tells its values,
    "log_error_verbosity": "terse",  # and so do the details of an error
    "idle_in_transaction_session_timeout": "10min",
}


class Server:
    """The embedded server of one home. Only its owner (rapport.runtime.owner) may start or stop it."""

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.url = database_url.embedded(home)  # as our processes connect
        self.owner_url = database_url.embedded(home, role=OWNER)
        self.sockets = database_url.socket_folder(home)
        self.settings = {**SETTINGS, **(settings or {})}
        self.place = place.choose(home)

    def prepare(self) -> None:
        """Make what is missing: the folders, and the database's own files."""
        _private_folder(self.sockets, self.place.user)
        (self.home / "logs").mkdir(exist_ok=True)
        version = self.place.data / "PG_VERSION"
        if not version.exists():
            with step("Preparing the database (once)"):
                self._initialise()
        elif version.read_text().strip() != MAJOR:
            raise SettingError(
                f"The data in {self.place.data} is of PostgreSQL {version.read_text().strip()}; "
                f"this version of Rapport brings {MAJOR}. Dump it with the old version and load it with this one."
            )

    def _initialise(self) -> None:
        """Run initdb beside the final place, so that a half-made database is never taken for one."""
        data, draft = self.place.data, self.place.data.with_name(f"{self.place.data.name}.new")
        if data.parent == place.SHARED:
            place.make_shared()
        shutil.rmtree(draft, ignore_errors=True)
        _private_folder(draft, self.place.user)
        uid, gid = self.place.user or (None, None)
        place_and_owner = ["--pgdata", str(draft), "--username", OWNER, "--auth", "trust"]
        text = ["--encoding", "UTF8", "--locale-provider", "builtin", "--locale", "C.UTF-8"]
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
            [str(self.place.programs / "initdb"), *place_and_owner, *text],
            user=uid,
            group=gid,
            extra_groups=[] if self.place.user else None,
            cwd=draft,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SettingError(f"The database could not be made in {data}: {done.stderr.strip()}")
        if data.exists():
            data.rmdir()
        draft.rename(data)

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the server as our child, clearing first what a killed one left; it is not ready yet."""
        self.clear_remains()
        log = self.home / "logs" / "database.log"
        if log.exists() and log.stat().st_size > BIG_LOG:
            log.replace(log.with_suffix(".log.1"))
        settings = [part for name, value in self._all_settings().items() for part in ("-c", f"{name}={value}")]
        with log.open("ab") as output:
            return processes.start(
                [self.place.programs / "postgres", "-D", self.place.data, *settings],
                environment=_environment(),
                die_with=signal.SIGINT,  # PostgreSQL's fast shutdown
                user=self.place.user,
                output=output,
                folder=self.place.data,
            )

    def _all_settings(self) -> dict[str, str]:
        found = {**self.settings, "unix_socket_directories": str(self.sockets)}
        shared = Path("/dev/shm")  # noqa: S108 - we look at its size only
        if shared.is_dir() and shutil.disk_usage(shared).total < 256 * 1024 * 1024:
            found["dynamic_shared_memory_type"] = "mmap"  # a container's usual 64 MB are too few
        return found

    def is_ready(self) -> bool:
        """Tell whether the server takes connections to our database; make that database on the first day."""
        import psycopg

        try:
            with psycopg.connect(self.owner_url, connect_timeout=2, autocommit=True) as connection:
                self._ensure_role(connection)
        except psycopg.OperationalError as error:
            return "does not exist" in str(error) and self._create()
        return True

    def _ensure_role(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        """Have the role there that our processes connect as; what it may do is granted with the migrations."""
        from psycopg import errors

        role = database_url.ROLE
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount == 0:
            with contextlib.suppress(errors.DuplicateObject, errors.UniqueViolation):
                connection.execute(f"CREATE ROLE {role} LOGIN".encode())

    def _create(self) -> bool:
        import psycopg

        administration = self.owner_url.replace("@/rapport?", "@/postgres?")
        with (
            contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation),
            psycopg.connect(administration, autocommit=True, connect_timeout=2) as connection,
        ):
            connection.execute(f"CREATE DATABASE {DATABASE}")
            self._ensure_role(connection)
        return True

    def wait(self, process: "subprocess.Popen[bytes]") -> None:
        """Wait until the server is ready; raises SettingError where it cannot start, with its own words."""
        processes.wait_until(lambda: process.poll() is not None or self.is_ready(), seconds=START_SECONDS)
        if process.poll() is not None or not self.is_ready():
            processes.stop(process, signal.SIGINT, seconds=10)
            raise SettingError(f"The embedded database does not start; its last words were: {self.last_words()}")

    def last_words(self) -> str:
        """Return the end of the server's log."""
        log = self.home / "logs" / "database.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return " / ".join(lines[-3:]) or "none"

    def stop(self, process: "subprocess.Popen[bytes]") -> None:
        """Stop the server: fast, and cleanly (it writes everything down first)."""
        processes.stop(process, signal.SIGINT, seconds=60)

    def clear_remains(self) -> None:
        """End what is left of a server that ran on our data and whose owner is gone."""
        if not (self.place.data / "postmaster.pid").exists():
            return
        for send, seconds in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            left = self._processes()
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.send_signal(send)
            if not psutil.wait_procs(left, timeout=seconds)[1]:
                return

    def _processes(self) -> list[psutil.Process]:
        """Return all PostgreSQL processes that work in our data folder (it is their current one)."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.name() == "postgres" and process.cwd() == str(self.place.data.resolve()):
                    found.append(process)
        return found


def _environment() -> dict[str, str]:
    """Return an environment without settings meant for other PostgreSQL servers or programs."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "TMPDIR")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _private_folder(path: Path, user: tuple[int, int] | None) -> None:
    """Make a folder that only the database's user may enter, and refuse one that is somebody else's."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if user is not None:
            os.chown(path, *user)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != (user[0] if user else os.geteuid()):
        raise SettingError(f"{path} belongs to somebody else; remove it, or set RAPPORT_HOME to another folder.")
    if stat.S_IMODE(found.st_mode) != 0o700:
        path.chmod(0o700)
