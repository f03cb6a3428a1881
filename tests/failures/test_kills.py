"""kill -9 of any process, while customers and reps are at work: nothing is lost, doubled or stuck."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from rapport.config.database_url import OWNER, embedded
from rapport.runtime.rig import Installation

VICTIMS = ("router", "web", "database", "worker", "live", "router", "database", "web")
LIFE_OF_A_CHAT = ["contact.arrived", "contact.queued", "contact.answered", "contact.ended", "contact.closed"]

pytestmark = pytest.mark.processes


def test_no_contact_is_lost_doubled_or_stuck_when_processes_are_killed() -> None:
    with Installation() as installation:
        database_url = embedded(installation.home)
        with working(installation, database_url) as traffic:
            assert traffic.stdout is not None
            assert traffic.stdout.readline() == "working\n"
            for victim in VICTIMS:
                time.sleep(0.7)
                os.kill(installation.pid(victim), signal.SIGKILL)
            assert json.loads(traffic.stdout.read()) == {"done": True}
        with psycopg.connect(embedded(installation.home, role=OWNER)) as database:
            check_that_all_is_whole(database)


def working(installation: Installation, database_url: str) -> "subprocess.Popen[str]":
    """Start the customers, the telephone system and the reps."""
    return subprocess.Popen(
        [sys.executable, "-m", "rapport.runtime.child", "traffic"],
        env={
            **installation.environment,
            "DATABASE_URL": database_url,
            "PYTHONPATH": str(Path(__file__).parent),
        },
        stdout=subprocess.PIPE,
        text=True,
    )


def check_that_all_is_whole(database: "psycopg.Connection[tuple[str, ...]]") -> None:
    """Every contact was opened once, answered and closed once; nobody is left reserved; ledgers are sound."""
    contacts = database.execute("SELECT state, channel FROM contacts_contact").fetchall()
    assert Counter(contacts) == {("closed", "chat"): 40, ("closed", "voice"): 40}
    lives: dict[str, list[str]] = {}
    told = "SELECT subject::text, name FROM events_event WHERE name LIKE 'contact.%' ORDER BY id"
    for subject, name in database.execute(told):
        if name not in ("contact.offered", "contact.offer_ended", "contact.returned"):
            lives.setdefault(subject, []).append(name)
    assert len(lives) == 80
    for names in lives.values():
        once = [name for name in names if name != "contact.answered"]
        assert once == [name for name in LIFE_OF_A_CHAT if name != "contact.answered"]
    open_things = database.execute(
        "SELECT (SELECT count(*) FROM routing_offer WHERE ended_at IS NULL),"
        " (SELECT count(*) FROM contacts_leg WHERE ended_at IS NULL OR wrapped_at IS NULL)"
    ).fetchone()
    assert open_things == (0, 0)
    overlapping = database.execute(
        "SELECT count(*) FROM routing_statespan a JOIN routing_statespan b ON a.member_id = b.member_id"
        " AND a.id < b.id AND tstzrange(a.started_at, a.ended_at) && tstzrange(b.started_at, b.ended_at)"
    ).fetchone()
    assert overlapping == (0,)
