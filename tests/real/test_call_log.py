"""The whole of the bank's file, against a recount with nothing but the standard library."""

import gzip
from collections import Counter
from pathlib import Path

import pytest

from rapport.contacts.call_logs.anonymous_bank import AnonymousBank
from rapport.contacts.call_logs.records import CallRecord

FILE = Path(__file__).parents[3] / "shared/data/anonymous_bank/calls_1999-02-01_21.tsv.gz"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the real calls are not here ({FILE})")


def raw_rows() -> list[dict[str, str]]:
    with gzip.open(FILE, "rt") as file:
        header, *lines = (line.rstrip("\n").split("\t") for line in file)
    return [dict(zip(header, line, strict=True)) for line in lines]


def test_the_whole_file_is_read_with_nothing_lost_and_nothing_changed() -> None:
    log = AnonymousBank(FILE)
    calls = list(log)
    assert all(isinstance(call, CallRecord) for call in calls)
    records = [call for call in calls if isinstance(call, CallRecord)]
    raw = [row for row in raw_rows() if row["outcome"] != "PHANTOM"]
    assert (len(records), log.skipped) == (len(raw), 221) == (25_669, 221)
    assert len({call.external_id for call in records}) == len(records)
    outcomes = Counter(call.outcome for call in records)
    assert outcomes == {"answered": 20_899, "abandoned": 3_111, "left_before_queue": 1_659}
    for call, row in zip(records, raw, strict=True):
        assert call.external_id == f"{row['vru+line']}/{row['call_id']}"
        assert call.arrived_at.strftime("%y%m%d") == row["date"]
        assert call.arrived_at.strftime("%H:%M:%S").lstrip("0").removeprefix("0") == row["vru_entry"].lstrip("0")
        assert call.wait_seconds == int(row["q_time"])
        if call.outcome == "answered":
            assert call.talk_seconds == int(row["ser_time"])
            assert (call.agent_id or "NO_SERVER") == row["server"]


def test_every_call_runs_forward_and_no_further_than_a_day() -> None:
    for call in AnonymousBank(FILE):
        assert isinstance(call, CallRecord)
        course = [call.arrived_at, call.queued_at, call.answered_at, call.ended_at]
        instants = [instant.timestamp() for instant in course if instant is not None]
        assert instants == sorted(instants)
        assert instants[-1] - instants[0] < 6 * 3600
