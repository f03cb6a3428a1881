"""Any CSV log, by a mapping; and the registry of formats."""

import io
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rapport.contacts.call_logs import formats
from rapport.contacts.call_logs.records import BadRow, CallRecord
from rapport.kit.errors import Invalid

MAPPING = """
timezone = "Europe/Berlin"
delimiter = ";"
encoding = "latin-1"
instant_format = "%d.%m.%Y %H:%M:%S"

[columns]
external_id = "Nr"
arrived_at = "Beginn"
answered_at = "Annahme"
ended_at = "Ende"
outcome = "Ergebnis"
customer_key = "Kunde"
segment_key = "Gruppe"
reason_key = "Grund"
agent_id = "Agent"

[outcomes]
answered = ["OK"]
abandoned = "AUFGELEGT"
left_before_queue = ["ANSAGE"]
ignored = ["TEST"]

[reasons]
k = "Kündigung"

[segments]
gold = "Gold"

[head_start_seconds]
gold = 60

[defaults]
reason_key = "k"
"""
HEADER = "Nr;Beginn;Annahme;Ende;Ergebnis;Kunde;Gruppe;Grund;Agent"


def open_with(tmp_path: Path, mapping: str, content: bytes) -> list[CallRecord | BadRow]:
    path = tmp_path / "mapping.toml"
    path.write_text(mapping, "utf-8")
    return list(formats.find("csv", path).open(io.BytesIO(content)))


def read(tmp_path: Path, *lines: str) -> list[CallRecord | BadRow]:
    return open_with(tmp_path, MAPPING, "\n".join((HEADER, *lines)).encode("latin-1"))


def test_an_answered_call_with_what_is_not_written_derived(tmp_path: Path) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    [call] = read(tmp_path, "7;01.03.2026 10:00:00;01.03.2026 10:00:30;01.03.2026 10:05:00;OK;K1;gold;;Jörg")
    assert call == CallRecord(
        line_number=2,
        external_id="7",
        arrived_at=datetime(2026, 3, 1, 10, tzinfo=berlin),
        queued_at=datetime(2026, 3, 1, 10, tzinfo=berlin),
        answered_at=datetime(2026, 3, 1, 10, 0, 30, tzinfo=berlin),
        ended_at=datetime(2026, 3, 1, 10, 5, tzinfo=berlin),
        wait_seconds=30,
        talk_seconds=270,
        outcome="answered",
        customer_key="K1",
        segment_key="gold",
        reason_key="k",
        agent_id="Jörg",
    )


def test_abandoned_left_and_ignored(tmp_path: Path) -> None:
    gone, left = read(
        tmp_path,
        "1;01.03.2026 10:00:00;;01.03.2026 10:00:45;AUFGELEGT;;;;",
        "2;01.03.2026 10:00:00;;01.03.2026 10:00:05;ANSAGE;;;;",
        "3;01.03.2026 10:00:00;;;TEST;;;;",
    )
    assert isinstance(gone, CallRecord)
    assert isinstance(left, CallRecord)
    assert (gone.outcome, gone.wait_seconds, gone.answered_at) == ("abandoned", 45, None)
    assert (left.outcome, left.queued_at, left.wait_seconds) == ("left_before_queue", None, 0)


def test_over_the_change_to_summer_time_a_talk_keeps_its_length(tmp_path: Path) -> None:
    [call] = read(tmp_path, "1;29.03.2026 01:59:00;29.03.2026 01:59:30;29.03.2026 03:00:30;OK;;;;A")
    assert isinstance(call, CallRecord)
    assert call.talk_seconds == 60
    assert call.ended_at.astimezone(UTC) == datetime(2026, 3, 29, 1, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1;2;3", "has 3 fields instead of 9"),
        (";01.03.2026 10:00:00;;;OK;;;;", "has no identifier"),
        ("1;;;;OK;;;;", "has no time of arrival"),
        ("1;2026-03-01;;;OK;;;;", "arrived_at '2026-03-01' is no instant as the mapping writes them"),
        ("1;01.03.2026 10:00:00;;;MAYBE;;;;", "outcome 'MAYBE' is not in the mapping"),
        ("1;01.03.2026 10:00:00;;;OK;;;;", "has neither wait_seconds nor the instants it lies between"),
        (
            "1;01.03.2026 10:00:00;01.03.2026 09:00:00;01.03.2026 10:05:00;OK;;;;",
            "wait_seconds would be -3600",
        ),
        ('1;"01.03.2026" x;;;OK;;;;', "is no CSV"),
    ],
)
def test_a_bad_line_says_why_and_the_rest_is_read(tmp_path: Path, line: str, said: str) -> None:
    good = "9;01.03.2026 10:00:00;01.03.2026 10:00:30;01.03.2026 10:05:00;OK;K1;gold;;A"
    bad, call = sorted(read(tmp_path, line, good), key=lambda row: isinstance(row, CallRecord))
    assert isinstance(bad, BadRow)
    assert (bad.line_number, bad.reason[: len(said)]) == (2, said)
    assert isinstance(call, CallRecord)


def test_durations_in_seconds_and_instants_as_iso_or_epoch(tmp_path: Path) -> None:
    columns = (
        '[columns]\nexternal_id = "id"\narrived_at = "at"\nwait_seconds = "w"\ntalk_seconds = "t"\noutcome = "o"\n'
    )
    iso = open_with(tmp_path, columns, b"id,at,w,t,o\n1,2026-03-01T10:00:00+01:00,5,60,answered\n")
    epoch = open_with(
        tmp_path, f'instant_format = "epoch"\n{columns}', b"id,at,w,t,o\n1,1772355600,5,60,answered\n"
    )
    assert iso == epoch
    [call] = iso
    assert isinstance(call, CallRecord)
    assert call.ended_at == datetime(2026, 3, 1, 9, 1, 5, tzinfo=UTC)


def test_a_line_in_the_wrong_encoding(tmp_path: Path) -> None:
    mapping = MAPPING.replace("latin-1", "utf-8")
    content = f"{HEADER}\n1;01.03.2026 10:00:00;;01.03.2026 10:00:45;AUFGELEGT;;;;Jörg\n".encode("latin-1")
    bad, *_ = open_with(tmp_path, mapping, content)
    assert isinstance(bad, BadRow)
    assert bad.reason == "is not written in utf-8"


def test_swapped_and_missing_columns(tmp_path: Path) -> None:
    [bad] = open_with(tmp_path, MAPPING, HEADER.replace("Beginn", "Start").encode())
    assert isinstance(bad, BadRow)
    assert bad.reason == "the header lacks Beginn"
    [swapped] = open_with(
        tmp_path,
        MAPPING,
        b"Beginn;Nr;Annahme;Ende;Ergebnis;Kunde;Gruppe;Grund;Agent\n1;01.03.2026 10:00:00;;;OK;;;;\n",
    )
    assert isinstance(swapped, BadRow)


@pytest.mark.parametrize("content", [b"", HEADER.encode()])
def test_a_file_without_calls_says_so(tmp_path: Path, content: bytes) -> None:
    assert open_with(tmp_path, MAPPING, content) == [BadRow(0, "", "the file holds no calls")]


def test_a_format_says_what_to_call_things(tmp_path: Path) -> None:
    bank = formats.find("anonymous-bank")
    assert bank.timezone == "Asia/Jerusalem"
    assert bank.reasons["NW"] == "New customer"
    assert bank.segments["2"] == formats.SegmentName("Priority", 90)
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING, "utf-8")
    mine = formats.find("csv", path)
    assert (mine.timezone, mine.reasons) == ("Europe/Berlin", {"k": "Kündigung"})
    assert mine.segments == {"gold": formats.SegmentName("Gold", 60)}


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("[columns", "cannot be read"),
        ("columns = 3", "columns must be a table"),
        ("[columns]\nexternal_id = 'a'", "names no column for arrived_at, outcome"),
        (MAPPING.replace("agent_id", "agnet_id"), "maps unknown fields agnet_id"),
        (MAPPING.replace("ignored", "skipped"), "has outcomes skipped"),
        (MAPPING.replace("Europe/Berlin", "Europe/Bielefeld"), "names the time zone 'Europe/Bielefeld'"),
        (MAPPING.replace('delimiter = ";"', 'delimiter = ";;"'), "delimiter must be one character"),
        (MAPPING.replace("latin-1", "klingon"), "names the encoding 'klingon'"),
        (MAPPING.replace("latin-1", "utf-16"), "names the encoding 'utf-16'"),
        (f"colour = 1\n{MAPPING}", "has unknown entries: colour"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(tmp_path: Path, mapping: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        open_with(tmp_path, mapping, b"")


def test_a_format_that_does_not_exist() -> None:
    with pytest.raises(Invalid, match="there are anonymous-bank, csv"):
        formats.find("excel")
    with pytest.raises(Invalid, match="--mapping"):
        formats.find("csv")
