"""kill -9 of the process that takes recordings and videos, at any step: none is lost, doubled or left lying."""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest

from rapport.config.database_url import OWNER, embedded
from rapport.quality.recordings.tests.sounds import as_file, turns
from rapport.runtime.rig import Installation

AFTER = (0.1, 0.4, 0.8, 1.3, 2.0)  # seconds from the beginning of a delivery to the kill
UPLOADED_FOR = (0.05, 0.2, 0.5)
SECONDS = 120  # of each recording
COURSES = "/at/cards/learning/courses/"
Place = tuple[Installation, Path]

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """An installation, and the folder of what passes."""
    with tempfile.TemporaryDirectory() as work, Installation(environment={"TMPDIR": work}) as installation:
        yield installation, Path(work)


def test_a_recording_is_kept_once_whenever_the_process_that_takes_it_is_killed(place: Place) -> None:
    installation, work = place
    token = made_calls(installation, len(AFTER))
    for call, after in enumerate(AFTER):
        raw = as_file(turns(SECONDS, seed=call))
        with ThreadPoolExecutor(1) as pbx:
            first = pbx.submit(delivered, installation, token, call, raw)
            time.sleep(after)
            os.kill(installation.pid("web"), signal.SIGKILL)
            first.result()
        assert insisted(partial(delivered, installation, token, call, raw)) in (200, 201)
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
    assert nothing_lies_in(work)


def test_a_video_is_kept_once_whenever_the_process_that_takes_it_is_killed(place: Place) -> None:
    installation, work = place
    made_calls(installation, 0)
    with httpx.Client(base_url=installation.address, timeout=60) as lead:
        token = signed_in(lead)
        for after in UPLOADED_FOR:
            send = partial(uploaded, lead, token, b"\0\0\0\x18ftypmp42" + secrets.token_bytes(24 * 1024 * 1024))
            with ThreadPoolExecutor(1) as browser:
                first = browser.submit(send)
                time.sleep(after)
                os.kill(installation.pid("web"), signal.SIGKILL)
                first.result()
            assert insisted(send) == 302
            assert send() == 302
    with psycopg.connect(embedded(installation.home, role=OWNER)) as database:
        names = [str(one) for (one,) in database.execute("SELECT public_id FROM learning_media").fetchall()]
        told = database.execute("SELECT count(*) FROM events_event WHERE name = 'course.media_kept'").fetchone()
    assert (len(names), told) == (len(UPLOADED_FOR), (len(UPLOADED_FOR),))
    kept = {one.name for one in (installation.home / "files" / "recordings" / "cards.lessons").iterdir()}
    assert set(names) <= kept and len(kept) <= 2 * len(UPLOADED_FOR)
    assert nothing_lies_in(work)


def nothing_lies_in(work: Path) -> bool:
    return not [one for one in work.rglob("*") if one.is_file() and one.stat().st_size > 10_000]


def signed_in(lead: httpx.Client) -> str:
    """Sign in by the form; return the token that forms are sent with from then on."""
    sent = {"username": "lead", "password": "kept in a video", "csrfmiddlewaretoken": token_on(lead, "/sign-in/")}
    answer = lead.post("/sign-in/", data=sent, headers={"Referer": str(lead.base_url)})
    assert answer.status_code == 302, answer.text
    return token_on(lead, COURSES)


def token_on(lead: httpx.Client, path: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', lead.get(path).text)
    assert found is not None
    return found[1]


def uploaded(lead: httpx.Client, token: str, raw: bytes) -> int:
    """Upload a video by the form; return the status of the answer, or 0 where none came."""
    video = {"file": ("a.mp4", raw, "video/mp4")}
    try:
        return lead.post(f"{COURSES}-/upload/", data={"csrfmiddlewaretoken": token}, files=video).status_code
    except httpx.TransportError:
        return 0


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


def insisted(send: Callable[[], int]) -> int:
    """Send it again until there is an answer, as a telephone system does."""
    ends_at = time.monotonic() + 60
    while (status := send()) not in (200, 201, 302) and time.monotonic() < ends_at:
        time.sleep(0.2)
    return status
