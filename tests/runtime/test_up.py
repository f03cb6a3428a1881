"""`rapport up`: what it starts stays up, tells the truth, and leaves the machine as it was."""

import json
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from rapport.runtime import processes
from rapport.runtime.database import Server
from rapport.runtime.reset import reset
from rapport.runtime.rig import Installation

pytestmark = pytest.mark.processes

PROGRAMS = ["database", "router", "prompter", "worker", "live", "web"]


def modes_above(path: Path) -> dict[Path, int]:
    return {each: stat.S_IMODE(each.stat().st_mode) for each in (path, *path.parents)}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that only its owner may enter, in a folder that only its owner may enter."""
    folder = tmp_path_factory.mktemp("closed")
    folder.chmod(0o700)
    home = folder / "home"
    home.mkdir(mode=0o700)
    return home


@pytest.fixture(scope="module")
def up(closed: Path) -> Iterator[Installation]:
    before = modes_above(closed)
    with Installation(closed) as running:
        assert modes_above(closed) == before
        yield running
        assert modes_above(closed) == before


def status(installation: Installation) -> dict[str, object]:
    found: dict[str, object] = json.loads(installation.command("status", "--json").stdout)
    return found


def test_status_says_what_runs(up: Installation) -> None:
    found = status(up)

    assert found["running"] is True
    assert found["ready"] is True
    assert found["address"] == up.address
    assert found["programmes"] == []
    said = {each["name"]: each for each in found["processes"]}  # type: ignore[attr-defined] # JSON
    assert list(said) == PROGRAMS
    assert all(psutil.pid_exists(each["pid"]) and each["restarts"] == 0 for each in said.values())


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_killed_process_is_started_again_and_said_so(up: Installation, name: str) -> None:
    pid = up.pid(name)
    family = psutil.Process(pid).children(recursive=True)

    os.kill(pid, signal.SIGKILL)

    assert processes.wait_until(lambda: up.pid(name) not in (pid, 0), seconds=30)
    assert up.becomes_ready(), up.answer("/readyz")
    assert f"{name} was killed by SIGKILL; starting it again in 0.2 s" in up.said()
    assert not psutil.wait_procs(family, timeout=5)[1]


def test_a_second_one_on_the_same_home_is_refused(up: Installation) -> None:
    second = up.command("up")

    assert second.returncode == 1
    assert f"rapport: Rapport runs already on {up.home}" in second.stderr


def test_a_port_in_use_is_refused(up: Installation, tmp_path: Path) -> None:
    other = Installation(tmp_path / "other", environment={"RAPPORT_PORT": str(up.port)})

    found = other.command("up")

    assert found.returncode == 1
    assert f"rapport: Port {up.port} on 127.0.0.1 cannot be used (Address already in use)." in found.stderr
    other.remove()


def test_a_command_uses_the_running_database(up: Installation) -> None:
    found = up.command("migrate", "--check")

    assert found.returncode == 0, found.stderr
    assert "Preparing" not in found.stderr


def test_a_killed_supervisor_leaves_nothing_and_the_next_takes_over(up: Installation) -> None:
    children = [psutil.Process(up.pid(name)) for name in PROGRAMS]
    children += [grandchild for child in children for grandchild in child.children(recursive=True)]
    assert up.process is not None

    up.process.kill()
    up.process.wait()

    assert not psutil.wait_procs(children, timeout=40)[1]
    assert status(up)["running"] is False
    up.start()
    assert status(up)["ready"] is True


def test_ctrl_c_stops_everything_the_database_last(up: Installation) -> None:
    children = [psutil.Process(up.pid(name)) for name in PROGRAMS]

    code = up.stop()

    assert code == 0
    assert up.said().rstrip().endswith("Stopping web, live, worker, prompter, router, database …\nStopped.")
    assert not psutil.wait_procs(children, timeout=1)[1]
    assert "database system is shut down" in (up.home / "logs" / "database.log").read_text().splitlines()[-1]


def test_all_wait_for_a_database_that_is_away_for_ten_seconds(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    server = Server(elsewhere)
    server.prepare()
    database = start(server)
    with Installation(
        tmp_path / "home", environment={"DATABASE_URL": server.url, "DATABASE_OWNER_URL": server.owner_url}
    ) as up:
        before = {name: up.pid(name) for name in PROGRAMS[1:]}

        server.stop(database)
        assert up.answer("/readyz") == 503
        assert not processes.wait_until(lambda: up.answer("/healthz") != 200, seconds=10, every=0.5)
        database = start(server)

        assert up.becomes_ready(), up.said()
        assert {name: up.pid(name) for name in PROGRAMS[1:]} == before
    server.stop(database)
    reset(elsewhere)


def start(server: Server) -> "subprocess.Popen[bytes]":
    process = server.start()
    server.wait(process)
    return process
