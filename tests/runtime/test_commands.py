"""Single commands: each brings the database up for as long as it needs it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from rapport.config import database_url
from rapport.runtime.rig import Installation

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def virgin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("virgin") / "home")
    yield installation
    installation.remove()


def servers(home: Path) -> list[psutil.Process]:
    sockets = f"unix_socket_directories={database_url.socket_folder(home)}"
    return [each for each in psutil.process_iter(["cmdline"]) if sockets in (each.info["cmdline"] or [])]


def test_a_first_command_makes_the_database_and_stops_it_again(tmp_path: Path) -> None:
    virgin = Installation(tmp_path / "home")
    found = virgin.command("metrics", "--programme", "nobody")

    assert found.returncode == 1
    assert "Preparing the database (once)" in found.stderr
    assert "rapport: There is no programme 'nobody'" in found.stderr
    assert servers(virgin.home) == []
    virgin.remove()


def test_two_commands_at_once_share_one_database(virgin: Installation) -> None:
    slow = "import time; from django.db import connection as c; c.cursor(); time.sleep(1.5); print('here')"
    command = [sys.executable, "-m", "rapport.runtime.cli", "shell", "--no-imports", "-c", slow]
    both = [
        subprocess.Popen(
            command, env=virgin.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]

    said = [each.communicate() for each in both]

    assert [each.returncode for each in both] == [0, 0], said
    assert [out for out, _ in said] == ["here\n", "here\n"]
    assert servers(virgin.home) == []


def test_secrets_are_for_their_owner_only(virgin: Installation) -> None:
    virgin.command("check")
    key = virgin.home / "keys" / "secret_key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ([], 2, "usage: rapport COMMAND"),
        (["nonsense"], 2, "rapport: there is no command 'nonsense'"),
        (["import", "cheese"], 2, "cannot import 'cheese'; it is one of calls, customers, sales, accounts"),
        (["up", "--sideways"], 2, "unrecognized arguments: --sideways"),
        (["--help"], 0, ""),
    ],
)
def test_wrong_use_gets_a_clear_sentence(virgin: Installation, words: list[str], code: int, sentence: str) -> None:
    found = virgin.command(*words)
    assert found.returncode == code
    assert sentence in found.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("RAPPORT_PORT", "eight", "RAPPORT_PORT='eight' must be a whole number from 1 to 65534."),
        ("DATABASE_URL", "mysql://here/x", "DATABASE_URL must look like postgresql://"),
        ("RAPPORT_TLS", "perhaps", "RAPPORT_TLS='perhaps' must be yes or no."),
        ("RAPPORT_HOME", __file__, "is a file; it must be a folder"),
        ("RAPPORT_RECORDINGS", "s3://", "RAPPORT_RECORDINGS must be a folder, or a bucket"),
        ("RAPPORT_RECORDINGS", "s3://calls", "RAPPORT_S3_ACCESS_KEY must be the key"),
    ],
)
def test_a_wrong_setting_gets_a_clear_sentence(virgin: Installation, name: str, value: str, sentence: str) -> None:
    installation = Installation(virgin.home, environment={name: value})
    found = installation.command("status" if name != "RAPPORT_TLS" else "check")
    assert found.returncode == 1
    assert sentence in found.stderr
    assert "Traceback" not in found.stderr


def test_status_says_whether_the_storage_answers_and_shows_no_key(virgin: Installation) -> None:
    assert f"Recordings: {virgin.home / 'files' / 'recordings'}: ok" in virgin.command("status").stdout
    told = {
        "RAPPORT_RECORDINGS": "s3://calls/here",
        "RAPPORT_S3_ENDPOINT": "https://127.0.0.1:9",
        "RAPPORT_S3_ACCESS_KEY": "who",
        "RAPPORT_S3_SECRET_KEY": "never-shown",
    }
    found = Installation(virgin.home, environment=told).command("status")
    assert found.returncode == 0
    assert "Recordings: s3://calls/here at https://127.0.0.1:9: does not answer" in found.stdout
    assert "never-shown" not in found.stdout + found.stderr
