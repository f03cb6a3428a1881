"""kill -9 of the process that takes recordings, at any step: none is lost or doubled, no audio is left lying."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from rapport.config.database_url import OWNER, embedded
from rapport.quality.recordings.tests.sounds import as_file, turns
from rapport.runtime.rig import Installation

AFTER = (0.1, 0.4, 0.8, 1.3, 2.0)  # seconds from the beginning of a delivery to the kill
SECONDS = 120  # of each recording

pytestmark = pytest.mark.processes


def test_a_recording_is_kept_once_whenever_the_process_that_takes_it_is_killed() -> None:
    with tempfile.TemporaryDirectory() as work, Installation(environment={"TMPDIR": work}) as installation:
        token = made_calls(installation, len(AFTER))
        for call, after in enumerate(AFTER):
            raw = as_file(turns(SECONDS, seed=call))
            with ThreadPoolExecutor(1) as pbx:
                first = pbx.submit(delivered, installation, token, call, raw)
                time.sleep(after)
                os.kill(installation.pid("web"), signal.SIGKILL)
                first.result()
            assert insisted(installation, token, call, raw) in (200, 201)
            assert delivered(installation, token, call, raw) == 200
        with psycopg.connect(embedded(installation.home, role=OWNER)) as database:
            rows = database.execute(
                "SELECT call.external_id, recording.public_id::text FROM quality_recording AS recording"
                " JOIN contacts_contact AS call ON call.id = recording.contact_id"
            ).fetchall()
            told = database.execute("SELECT count(*) FROM events_event WHERE name = 'recording.kept'").fetchone()
        assert sorted(call for call, _ in rows) == [f"call:{number}" for number in range(len(AFTER))]
        assert told == (len(AFTER),)
        kept = {one.name for one in (installation.home / "files" / "recordings" / "cards").iterdir()}
        assert {name for _, name in rows} <= kept
        assert len(kept) <= 2 * len(AFTER)  # those of whom was killed just then go in the night
        assert not [one for one in Path(work).rglob("*") if one.is_file() and one.stat().st_size > 10_000]


def made_calls(installation: Installation, number: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "rapport.runtime.child", "calls", str(number)],
        env={
            **installation.environment,
            "DATABASE_URL": embedded(installation.home),
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]),
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.split()[-1]


def delivered(installation: Installation, token: str, call: int, raw: bytes) -> int:
    """Deliver a recording; return the status of the answer, or 0 where none came."""
    about = {"call": str(call), "channels": "rep_customer", "consent": "announced"}
    headers = {"Authorization": f"Bearer {token}", "Rapport-Recording": json.dumps(about)}
    try:
        at = f"{installation.address}/api/v1/programmes/cards/recordings"
        return httpx.post(at, content=raw, headers=headers, timeout=60).status_code
    except httpx.TransportError:
        return 0


def insisted(installation: Installation, token: str, call: int, raw: bytes) -> int:
    """Deliver it again until there is an answer, as a telephone system does."""
    ends_at = time.monotonic() + 60
    while (status := delivered(installation, token, call, raw)) not in (200, 201) and time.monotonic() < ends_at:
        time.sleep(0.2)
    return status
