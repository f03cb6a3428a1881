"""Importing a log of calls by the command: right rows, bad rows, again, at once, and cut short."""

import gzip
import os
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from rapport.accounts.models import Member, Programme
from rapport.conftest import stand_in
from rapport.contacts.importing import cli
from rapport.contacts.models import Contact, Leg, Reason
from rapport.customers.models import Customer, Segment
from rapport.events.models import Event
from rapport.insight.queries import metrics
from rapport.kit.errors import Invalid
from rapport.kit.turns import Turn

HEADER = "id,arrived,outcome,wait,talk,customer,segment,reason,agent"
MAPPING = """
timezone = "Europe/Berlin"
instant_format = "%Y-%m-%d %H:%M:%S"
[columns]
external_id = "id"
arrived_at = "arrived"
outcome = "outcome"
wait_seconds = "wait"
talk_seconds = "talk"
customer_key = "customer"
segment_key = "segment"
reason_key = "reason"
agent_id = "agent"
[reasons]
fee = "A fee"
[segments]
gold = "Gold"
[head_start_seconds]
gold = 90
"""
ROWS = [
    "c1,2026-03-02 09:00:00,answered,10,120,K1,gold,fee,7",
    "c2,2026-03-02 09:05:00,abandoned,45,,K1,gold,fee,",
    "c3,2026-03-02 09:06:00,left_before_queue,,,,,,",
    "c4,2026-03-02 09:07:00,answered,0,60,,,fee,",
]
Import = Callable[..., int]


def happened() -> int:
    """Count what happened to contacts and customers: that a file came is another matter."""
    return Event.objects.exclude(name="feed.delivered").count()


@pytest.fixture
def take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Import]:
    """Import lines (or bytes) by the command, in a working directory of the test's own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.toml").write_text(MAPPING)

    def run(content: list[str] | bytes, *more: str) -> int:
        data = content if isinstance(content, bytes) else "\n".join([HEADER, *content, ""]).encode()
        (tmp_path / "calls.csv").write_bytes(data)
        code = cli.run(["calls.csv", "--programme", "shop", "--format", "csv", "--mapping", "map.toml", *more])
        stand_in(Programme.objects.filter(key="shop").first())
        return code

    yield run
    stand_in(None)


def many(count: int) -> list[str]:
    return [
        f"m{n},2026-03-{2 + n // 1000:02} {9 + n // 60 % 10:02}:{n % 60:02}:00,"
        f"answered,{n % 50},60,K{n % 99},,fee,{n % 9}"
        for n in range(count)
    ]


def errors(tmp_path: Path) -> list[list[str]]:
    lines = (tmp_path / "calls.csv.errors.tsv").read_text().splitlines()
    assert lines[0] == "line\treason\ttext"
    return [line.split("\t") for line in lines[1:]]


def everything() -> list[int]:
    tables = (Programme, Member, Customer, Contact, Leg, Reason, Segment)
    return [happened(), *(table.objects.count() for table in tables)]


@pytest.mark.django_db
def test_calls_become_contacts_as_if_they_had_happened_here(
    take: Import, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take(ROWS) == 0
    printed = capsys.readouterr()
    assert "There was no programme shop: made with defaults, time zone Europe/Berlin." in printed.err
    assert "4 calls imported\n0 already there" in printed.out
    answered, abandoned, left, unknown = Contact.objects.order_by("external_id")
    assert (answered.state, abandoned.state, left.state, unknown.state) == (
        "closed",
        "abandoned",
        "left",
        "closed",
    )
    assert answered.arrived_at == answered.queued_at == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert answered.answered_at == datetime(2026, 3, 2, 8, 0, 10, tzinfo=UTC)
    assert answered.ended_at == answered.closed_at == datetime(2026, 3, 2, 8, 2, 10, tzinfo=UTC)
    assert answered.rep is not None
    assert (answered.rep.agent_id, answered.queue, answered.channel) == ("7", "main", "voice")
    assert (answered.resolved, answered.disposition) == (None, None)
    assert answered.customer is not None
    assert answered.customer == abandoned.customer
    assert (answered.customer.key, answered.customer.name) == ("K1", "")
    assert answered.segment is not None
    assert (answered.segment.name, answered.segment.head_start_seconds) == ("Gold", 90)
    assert answered.reason is not None
    assert answered.reason.name == "A fee"
    assert (left.queue, left.queued_at, left.rep) == ("", None, None)
    assert unknown.rep is None
    assert Leg.objects.count() == 2
    course = Event.objects.filter(subject=answered.public_id).order_by("id")
    assert [(event.name, event.actor, event.audience) for event in course] == [
        (f"contact.{step}", "import", []) for step in ("arrived", "queued", "answered", "ended", "closed")
    ]
    assert [event.at for event in course] == [
        answered.arrived_at,
        answered.queued_at,
        answered.answered_at,
        answered.ended_at,
        answered.closed_at,
    ]
    names = Counter(Event.objects.exclude(name="feed.delivered").values_list("name", flat=True))
    assert (names["contact.abandoned"], names["contact.left"]) == (1, 1)


@pytest.mark.django_db
def test_importing_again_or_more_changes_nothing_that_is_there(
    take: Import, capsys: pytest.CaptureFixture[str]
) -> None:
    take(ROWS[:2])
    first = everything()
    assert take(ROWS[:2]) == 0
    assert everything() == first
    take([*ROWS, ROWS[3]])
    assert "2 calls imported\n3 already there" in capsys.readouterr().out
    assert Contact.objects.count() == 4


@pytest.mark.django_db
def test_a_dry_run_counts_and_changes_nothing(take: Import, capsys: pytest.CaptureFixture[str]) -> None:
    assert take([*ROWS, ROWS[0]], "--dry-run") == 0
    assert not Programme.objects.exists()
    printed = capsys.readouterr()
    assert "4 calls would be imported\n1 already there" in printed.out
    assert "There is no programme shop: it would be made with defaults." in printed.err


@pytest.mark.django_db
def test_rows_that_cannot_be_read_go_to_a_file_and_the_rest_is_imported(take: Import, tmp_path: Path) -> None:
    wrong = [
        "b1,yesterday,answered,1,1,,,,",
        "b2,2026-03-02 09:00:00,eaten,1,1,,,,",
        "2026-03-02 09:00:00,b3,answered,1,1,,,,",
        "b4,2026-03-02 09:00:00,answered,1",
        "b5,2026-03-02 09:00:00,answered,-1,1,,,,",
        f"{'x' * 101},2026-03-02 09:00:00,answered,1,1,,,,",
        f"b7,2026-03-02 09:00:00,answered,1,1,{'k' * 101},,,",
        "b8,2026-03-02 09:00:00,answered,1,1,K\x00,,,",
    ]
    assert take([*ROWS[:2], *wrong, *ROWS[2:]]) == 0
    assert Contact.objects.count() == 4
    told = errors(tmp_path)
    assert [line for line, *_ in told] == [str(number) for number in range(4, 12)]
    assert told[5][1] == "external_id is longer than 100 characters"


@pytest.mark.django_db
def test_card_numbers_are_no_keys_and_stand_in_no_file_of_errors(take: Import, tmp_path: Path) -> None:
    card = "4000056655665556"
    assert take([*ROWS[:1], ROWS[1].replace("K1", card), f"c9,no day,answered,10,120,{card},,,7"]) == 0
    assert not Customer.objects.exclude(key="K1").exists()
    errors = tmp_path / "calls.csv.errors.tsv"
    told = errors.read_text()
    assert told.count("\n") == 3
    assert "a card or account number for a customer's key" in told
    assert "•••• 5556" in told
    assert card not in told
    assert stat.S_IMODE(errors.stat().st_mode) == 0o600


@pytest.mark.django_db
def test_a_file_in_another_encoding_is_told_line_by_line(take: Import, tmp_path: Path) -> None:
    row = "u1,2026-03-02 09:00:00,answered,1,1,M\xfcller,,fee,7"
    assert take("\n".join([HEADER, ROWS[0], row, ROWS[1]]).encode("latin-1")) == 0
    assert Contact.objects.count() == 2
    [[line, reason, _]] = errors(tmp_path)
    assert (line, reason) == ("3", "is not written in utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file holds no calls"),
        ((HEADER + "\n").encode(), "the file holds no calls"),
        (b"name,age\nAda,36\n", "the header lacks"),
        (b"\x1f\x8b\x08\x00not gzip", "the file ends early or is damaged"),
    ],
)
def test_a_file_without_calls_makes_nothing_and_fails(
    take: Import, tmp_path: Path, content: bytes, reason: str
) -> None:
    assert take(content) == 1
    assert not Programme.objects.exists()
    assert reason in errors(tmp_path)[0][1]


@pytest.mark.django_db
def test_a_file_cut_in_the_middle_gives_what_it_holds(take: Import, tmp_path: Path) -> None:
    whole = gzip.compress("\n".join([HEADER, *many(3000)]).encode())
    assert take(whole[: len(whole) // 2]) == 0
    assert 100 < Contact.objects.count() < 3000
    assert "the file ends early" in errors(tmp_path)[-1][1]
    assert take(whole) == 0
    assert Contact.objects.count() == 3000


@pytest.mark.django_db
def test_a_huge_line_is_one_bad_row(take: Import, tmp_path: Path) -> None:
    assert take([ROWS[0], "h" * 3_000_000, ROWS[1]]) == 0
    assert Contact.objects.count() == 2
    assert len(errors(tmp_path)) == 1
    assert len(errors(tmp_path)[0][2]) <= 500


@pytest.mark.django_db
def test_calls_around_changes_of_the_clock_last_as_long_as_they_did(take: Import) -> None:
    take(
        [
            "s1,2026-03-29 01:59:30,answered,60,120,K1,,fee,7",  # the clock jumps from 2 to 3
            "a1,2026-10-25 01:59:30,answered,60,7200,K1,,fee,7",  # and goes back from 3 to 2
        ]
    )
    spring, autumn = Contact.objects.order_by("arrived_at")
    assert spring.answered_at == datetime(2026, 3, 29, 1, 0, 30, tzinfo=UTC)
    assert autumn.ended_at == datetime(2026, 10, 25, 2, 0, 30, tzinfo=UTC)
    rows = metrics(Programme.objects.get(), ["average_handle_time"], by="hour")
    assert [(row.group["hour"], row["average_handle_time"].numerator) for row in rows] == [(1, 7320)]


@pytest.mark.django_db
@pytest.mark.usefixtures("take")
def test_it_says_what_is_wrong_with_the_command() -> None:
    with pytest.raises(Invalid, match="There is no file missing"):
        cli.run(["missing.csv", "--programme", "shop", "--format", "csv", "--mapping", "map.toml"])
    with pytest.raises(Invalid, match="needs a mapping"):
        cli.run([str(Path(__file__)), "--programme", "shop", "--format", "csv"])


@pytest.mark.usefixtures("transactional_db")
def test_two_imports_at_once_double_nothing(take: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "BATCH", 100)
    assert take(ROWS, "--dry-run") == 0
    Path("calls.csv").write_text("\n".join([HEADER, *many(500)]))
    command = ["calls.csv", "--programme", "shop", "--format", "csv", "--mapping", "map.toml"]

    def run(_: int) -> int:
        try:
            return cli.run(command)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, range(2))) == [0, 0]
    stand_in(Programme.objects.get(key="shop"))
    batches = 5  # each of which is an event of its own
    assert (Contact.objects.count(), Leg.objects.count(), happened()) == (500, 500, 2500 + batches)
    assert (Programme.objects.count(), Member.objects.count(), Customer.objects.count()) == (1, 9, 99)


@pytest.mark.usefixtures("transactional_db")
def test_an_import_killed_in_the_middle_is_finished_by_the_next(take: Import, tmp_path: Path) -> None:
    assert take(many(3000), "--dry-run") == 0
    program = (
        "import django, os, signal; django.setup()\n"
        "from rapport.contacts.importing import batches, cli\n"
        "cli.BATCH = 500\n"
        "record, calls = batches.record_history, []\n"
        "def dying(told, **more):\n"
        "    calls.append(record(told, **more))\n"
        "    if len(calls) == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return calls[-1]\n"
        "batches.record_history = dying\n"
        "cli.run(['calls.csv', '--programme', 'shop', '--format', 'csv', '--mapping', 'map.toml'])\n"
    )
    died = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "DATABASE_URL": address_of_database(), "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        check=False,
        capture_output=True,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()[-500:]
    wait_until_gone(Turn.CALL_LOGS)
    stand_in(Programme.objects.get(key="shop"))
    assert (Contact.objects.count(), Leg.objects.count(), happened()) == (1000, 1000, 5000 + 2)
    assert take(many(3000)) == 0
    assert (Contact.objects.count(), Leg.objects.count(), happened()) == (3000, 3000, 15000 + 4)


def address_of_database() -> str:
    """The address of the database that this test uses."""
    told: dict[str, Any] = settings.DATABASES["default"]
    host = str(told["HOST"])
    query = f"?host={host}" if host.startswith("/") else ""
    place = "" if query else f"{host}:{told['PORT']}"
    return f"postgresql://{told['USER']}:{told['PASSWORD']}@{place}/{connection.settings_dict['NAME']}{query}"


def wait_until_gone(turn: Turn) -> None:
    """Wait until the server has noticed that who had the turn is dead."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [turn.value]
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.05)


@pytest.mark.django_db
def test_a_mistyped_year_is_a_bad_row_and_does_not_stretch_every_report(take: Import, tmp_path: Path) -> None:
    assert take([ROWS[0], "c9,9026-03-02 09:00:00,answered,10,120,K1,gold,fee,7"]) == 0
    assert "outside the years 1970 to 2100" in (tmp_path / "calls.csv.errors.tsv").read_text()
    assert list(Contact.objects.values_list("external_id", flat=True)) == ["c1"]
