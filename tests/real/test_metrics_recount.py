"""The bank's calls imported and counted, against a recount of the raw file with the standard library alone."""

import contextlib
import gzip
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from rapport.accounts.queries import programme_by_key
from rapport.conftest import stand_in
from rapport.contacts.importing import cli as importing
from rapport.insight import cli, export, queries

FILE = Path(__file__).parents[3] / "shared/data/anonymous_bank/calls_1999-02-01_21.tsv.gz"
IMPORT = [str(FILE), "--programme", "bank", "--format", "anonymous-bank"]
pytestmark = [
    pytest.mark.skipif(not FILE.exists(), reason=f"the real calls are not here ({FILE})"),
    pytest.mark.django_db,
]
Row = dict[str, Any]
COUNTED = (
    "contacts_offered",
    "contacts_answered",
    "contacts_abandoned",
    "left_before_queue",
    "abandonment_rate",
    "service_level",
    "average_speed_of_answer",
    "average_handle_time",
    "first_contact_resolution",
    "transfers",
)
EVERY_CUT = [(), ("rep",), ("queue",), ("reason",), ("segment",), ("day",), ("hour",), ("weekday", "hour")]


@pytest.fixture(scope="module")
def bank(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The whole file imported once, by the command; nothing of it outlives this module."""
    with django_db_blocker.unblock(), contextlib.redirect_stdout(io.StringIO()):
        with transaction.atomic():
            assert importing.run(IMPORT) == 0
            stand_in(programme_by_key("bank"))
            yield
            transaction.set_rollback(True)
        connection.close()


def raw_calls() -> list[Row]:
    """Every call that counts, with what the recount needs, read with nothing of ours."""
    with gzip.open(FILE, "rt") as file:
        header, *lines = (line.rstrip("\n").split("\t") for line in file)
    calls: list[Row] = [dict(zip(header, line, strict=True)) for line in lines]
    calls = [call for call in calls if call["outcome"] != "PHANTOM"]
    for call in calls:
        call["arrived"] = datetime.strptime(
            f"19{call['date']} {clock_of(call, 'vru_entry')} +0000", "%Y%m%d %H:%M:%S %z"
        )
        call["answered"] = call["outcome"] == "AGENT"
        queued = int(call["q_time"]) > 0 or seconds_of(call, "q_start") > 0 or seconds_of(call, "q_exit") > 0
        call["abandoned"] = not call["answered"] and queued
        call["rep"] = call["server"] if call["answered"] and call["server"] != "NO_SERVER" else None
        served = seconds_of(call, "ser_exit") > 0 or int(call["ser_time"]) > 0
        call["ended"] = just_after(
            call["arrived"], call, "ser_exit" if served else "q_exit" if queued else "vru_exit"
        )
    return calls


def clock_of(call: Row, name: str) -> str:
    return str(call[name]).rjust(8, "0")


def seconds_of(call: Row, name: str) -> int:
    hours, minutes, seconds = map(int, call[name].split(":"))
    return hours * 3600 + minutes * 60 + seconds


def just_after(arrived: datetime, call: Row, name: str) -> datetime:
    passed = (seconds_of(call, name) - seconds_of(call, "vru_entry")) % 86400
    return arrived + timedelta(seconds=passed if passed < 43200 else 0)


@cache
def all_calls() -> list[Row]:
    """The calls, with whether the 7 days after each were seen, and whether the customer came back in them."""
    calls = raw_calls()
    seen_until = max(call["arrived"] for call in calls).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    arrivals: dict[str, list[datetime]] = defaultdict(list)
    for call in calls:
        call["known"] = call["customer_id"].strip("0") != ""
        if call["known"]:
            arrivals[call["customer_id"]].append(call["arrived"])
    for call in calls:
        window = call["ended"] + timedelta(days=7)
        call["matured"] = call["answered"] and call["known"] and window <= seen_until
        call["returned"] = any(call["arrived"] < other <= window for other in arrivals[call["customer_id"]])
    return calls


def recount(calls: list[Row]) -> dict[str, tuple[int, int | None]]:
    answered = [call for call in calls if call["answered"]]
    abandoned = sum(call["abandoned"] for call in calls)
    offered = len(answered) + abandoned
    matured = [call for call in calls if call["matured"]]
    return {
        "contacts_offered": (offered, None),
        "contacts_answered": (len(answered), None),
        "contacts_abandoned": (abandoned, None),
        "left_before_queue": (len(calls) - offered, None),
        "abandonment_rate": (abandoned, offered),
        "service_level": (sum(int(call["q_time"]) <= 20 for call in answered), offered),
        "average_speed_of_answer": (sum(int(call["q_time"]) for call in answered), len(answered)),
        "average_handle_time": (sum(int(call["ser_time"]) for call in answered), len(answered)),
        "first_contact_resolution": (sum(not call["returned"] for call in matured), len(matured)),
        "transfers": (0, len(answered)),
    }


def counted(capsys: pytest.CaptureFixture[str], *more: str) -> list[Row]:
    assert cli.run(["--programme", "bank", "--json", *more]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["programme"], told["from"], told["to"]) == ("bank", "1999-02-01", "1999-02-21")
    rows: list[Row] = told["rows"]
    return rows


def check(row: Row, calls: list[Row]) -> None:
    for key, (numerator, denominator) in recount(calls).items():
        figure = row[key]
        assert (figure["numerator"], figure["denominator"]) == (numerator, denominator), key
        assert all(isinstance(figure[part], int | None) for part in ("numerator", "denominator"))
        if denominator is None:
            assert figure["value"] == numerator
        else:
            assert figure["value"] == (numerator / denominator if denominator else None)


def test_overall_figures_are_those_of_a_plain_recount(bank: None, capsys: pytest.CaptureFixture[str]) -> None:
    [row] = counted(capsys)
    assert row["group"] == {}
    check(row, all_calls())
    assert row["first_contact_resolution"]["denominator"] > 5000
    assert row["occupancy"] == {"value": None, "numerator": 0, "denominator": 0}
    assert row["after_contact_work"]["value"] is None


@pytest.mark.parametrize(
    ("by", "group_of"),
    [
        ("rep", lambda call: call["rep"]),
        ("reason", lambda call: call["type"]),
        ("segment", lambda call: call["priority"]),
        ("day", lambda call: call["arrived"].date().isoformat()),
        ("hour", lambda call: call["arrived"].hour),
    ],
)
def test_figures_of_each_group_are_those_of_a_plain_recount(
    bank: None, capsys: pytest.CaptureFixture[str], by: str, group_of: Callable[[Row], Any]
) -> None:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for call in all_calls():
        groups[group_of(call)].append(call)
    rows = counted(capsys, "--by", by)
    assert {row["group"][by] for row in rows} == set(groups)
    assert len(rows) == len(groups)
    for row in rows:
        check(row, groups[row["group"][by]])


def test_dates_are_local_and_inclusive(bank: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--programme", "bank", "--json", "--from", "1999-02-03", "--to", "1999-02-04"]) == 0
    told = json.loads(capsys.readouterr().out)
    calls = [call for call in all_calls() if call["date"] in ("990203", "990204")]
    assert (told["from"], told["to"]) == ("1999-02-03", "1999-02-04")
    check(told["rows"][0], calls)


def test_duckdb_counts_the_same_over_parquet(bank: None, tmp_path: Path) -> None:
    programme = programme_by_key("bank")
    assert programme is not None
    export.write_parquet(programme, tmp_path)
    ours = queries.cuts(programme, None, None, None, EVERY_CUT)
    values = queries.values_for(programme, None, None)
    with export.counting_over(tmp_path) as run:
        theirs = queries.count_all(run, "duckdb", None, EVERY_CUT, values)
    assert ours == theirs
    assert ours[()][0]["contacts_offered"].value == 24_010
    assert len(ours["weekday", "hour"]) > 100


def test_importing_again_changes_nothing(bank: None, capsys: pytest.CaptureFixture[str]) -> None:
    def state() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), max(id), (SELECT count(*) FROM contacts_leg),"
                " (SELECT max(id) FROM events_event WHERE name NOT LIKE 'feed.%'),"
                " (SELECT count(*) FROM events_event WHERE name NOT LIKE 'feed.%'),"
                " (SELECT count(*) FROM customers_customer),"
                " (SELECT count(*) FROM accounts_member) FROM contacts_contact"
            )
            return list(cursor.fetchone() or ())

    before = state()
    assert importing.run(IMPORT) == 0
    assert "0 calls imported\n25,669 already there" in capsys.readouterr().out
    assert state() == before


def test_replaying_the_event_log_gives_the_same_facts(bank: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--programme", "bank", "--verify"]) == 0
    assert "0 differences" in capsys.readouterr().out
