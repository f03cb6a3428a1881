"""The live process, started as `rapport up` does, has room for a floor of more than a thousand desks."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from socket import create_connection

import httpx
import pytest
from django.db import connection

from rapport.live import tickets
from rapport.runtime import processes
from rapport.runtime.programs import programs
from rapport.runtime.rig import two_free_ports

STREAMS = 1_100  # more than a server's usual bound, and than the open files a process usually has


def _few_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (1_024, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


@pytest.fixture
def live(db: None) -> Iterator[int]:
    found = connection.settings_dict
    url = f"postgresql://{found['USER']}:{found['PASSWORD']}@/{found['NAME']}?host={found['HOST']}"
    port = two_free_ports()
    program = next(one for one in programs(port) if one.name == "live")
    process = subprocess.Popen(
        program.command,
        env={**os.environ, "DATABASE_URL": f"{url}&port={found['PORT'] or 5432}", "RAPPORT_PORT": str(port)},
        preexec_fn=_few_files,
    )
    try:
        assert processes.wait_until(lambda: is_well(port + 1), seconds=20)
        yield port + 1
    finally:
        processes.stop(process, signal.SIGTERM, seconds=5)


def is_well(port: int) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    return False


def test_more_than_a_thousand_streams_are_open_at_once_and_it_still_answers(live: int) -> None:
    with ExitStack() as stack:
        opened = []
        for number in range(STREAMS):
            ticket = tickets.issue([f"member:{number}"], programme_id=1)
            one = stack.enter_context(create_connection(("127.0.0.1", live), timeout=10))
            one.sendall(f"GET /stream?ticket={ticket} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            opened.append(one)
        for one in opened:
            said = b""
            while b": welcome" not in said:
                said += one.recv(4096) or pytest.fail("the stream was closed")
        assert is_well(live)
