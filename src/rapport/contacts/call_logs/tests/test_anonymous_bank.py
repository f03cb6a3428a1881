"""The bank's format: what each kind of line means, and every way a file can be damaged."""

import gzip
import io
import zlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from rapport.contacts.call_logs.anonymous_bank import COLUMNS, ZONE, AnonymousBank
from rapport.contacts.call_logs.records import BadRow, CallRecord

HEADER = "\t".join(COLUMNS)
NO_QUEUE = "0:00:00\t0:00:00\t0"
ANSWERED = (
    "AA0101\t34550\t17097083\t2\tPS\t990201\t9:42:00\t9:42:05\t5\t9:42:05\t9:43:35\t90\tAGENT\t9:43:34\t9:45:40"
    "\t126\tDORIT"
)
AT_ONCE = (
    "AA0101\t34536\t0\t0\tPS\t990201\t7:02:47\t7:02:56\t9\t0:00:00\t0:00:00\t0\tAGENT\t7:02:55\t7:05:41\t166\tTOVA"
)
HUNG_UP = (
    "AA0101\t34539\t23317894\t2\tNW\t990201\t8:09:16\t8:09:22\t6\t8:09:22\t8:09:27\t5\tHANG"
    f"\t{NO_QUEUE}\tNO_SERVER"
)
LEFT = f"AA0216\t5574\t0\t0\tIN\t990221\t16:41:43\t16:42:21\t38\t{NO_QUEUE}\tHANG\t{NO_QUEUE}\tNO_SERVER"
PHANTOM = HUNG_UP.replace("HANG", "PHANTOM")


def read(*lines: str) -> list[CallRecord | BadRow]:
    return list(AnonymousBank(io.BytesIO("\n".join((HEADER, *lines, "")).encode())))


def record(line: str) -> CallRecord:
    [only] = read(line)
    assert isinstance(only, CallRecord), only
    return only


def reason(line: str) -> str:
    [only] = read(line)
    assert isinstance(only, BadRow)
    assert (only.line_number, only.text) == (2, line)
    return only.reason


def local(day: int, clock: str) -> datetime:
    hour, minute, second = map(int, clock.split(":"))
    return datetime(1999, 2, day, hour, minute, second, tzinfo=ZONE)


def test_an_answered_call() -> None:
    assert record(ANSWERED) == CallRecord(
        line_number=2,
        external_id="AA0101/34550",
        arrived_at=local(1, "9:42:00"),
        queued_at=local(1, "9:42:05"),
        answered_at=local(1, "9:43:35"),
        ended_at=local(1, "9:45:41"),
        wait_seconds=90,
        talk_seconds=126,
        outcome="answered",
        customer_key="17097083",
        segment_key="2",
        reason_key="PS",
        agent_id="DORIT",
    )


def test_a_call_answered_at_once_asked_for_a_person_when_it_left_the_machine() -> None:
    call = record(AT_ONCE)
    assert call.queued_at == call.answered_at == local(1, "7:02:56")
    assert (call.outcome, call.wait_seconds, call.talk_seconds, call.customer_key) == ("answered", 0, 166, None)


def test_an_abandoned_call_ends_when_it_leaves_the_queue() -> None:
    call = record(HUNG_UP)
    assert (call.outcome, call.wait_seconds, call.answered_at, call.agent_id) == ("abandoned", 5, None, None)
    assert call.ended_at == local(1, "8:09:27")


def test_a_call_that_left_before_the_queue() -> None:
    call = record(LEFT)
    assert (call.outcome, call.queued_at, call.ended_at) == ("left_before_queue", None, local(21, "16:42:21"))


def test_a_service_on_an_abandoned_call_is_a_fault_of_the_recording() -> None:
    call = record(HUNG_UP.replace(f"HANG\t{NO_QUEUE}", "HANG\t8:09:27\t8:11:34\t127"))
    assert (call.outcome, call.talk_seconds, call.ended_at) == ("abandoned", 0, local(1, "8:09:27"))


def test_phantoms_are_skipped_and_counted() -> None:
    log = AnonymousBank(io.BytesIO("\n".join((HEADER, PHANTOM, LEFT, PHANTOM)).encode()))
    assert [type(row) for row in log] == [CallRecord]
    assert log.skipped == 2


def test_a_call_passes_midnight_in_the_queue_and_in_the_talk() -> None:
    call = record(
        "AA0105\t35608\t31880107\t1\tNW\t990210\t23:59:19\t23:59:29\t10\t23:59:29\t0:00:26\t57\tAGENT\t0:00:25"
        "\t0:02:25\t120\tMIKI"
    )
    assert (call.queued_at, call.answered_at) == (local(10, "23:59:29"), local(11, "0:00:26"))
    assert call.ended_at == local(11, "0:02:26")


def test_a_queue_entered_at_midnight_exactly_is_a_queue() -> None:
    call = record(
        "AA0105\t35608\t31880107\t1\tNW\t990210\t23:59:54\t0:00:00\t6\t0:00:00\t0:00:27\t27\tAGENT\t0:00:27"
        "\t0:02:27\t120\tMIKI"
    )
    assert (call.queued_at, call.wait_seconds) == (local(11, "0:00:00"), 27)


def test_a_clock_that_runs_behind_does_not_send_the_call_to_another_day() -> None:
    call = record(
        "AA0102\t30456\t25627027\t2\tPS\t990207\t9:48:14\t9:47:17\t-57\t9:47:17\t9:50:11\t174\tAGENT\t9:50:11"
        "\t9:51:28\t77\tKAZAV"
    )
    assert call.arrived_at == call.queued_at == local(7, "9:48:14")
    assert (call.wait_seconds, call.talk_seconds) == (174, 77)


def test_an_answered_call_without_a_service_or_a_server() -> None:
    call = record(AT_ONCE.replace("7:02:55\t7:05:41\t166\tTOVA", f"{NO_QUEUE}\tNO_SERVER"))
    assert (call.outcome, call.talk_seconds, call.agent_id) == ("answered", 0, None)


def test_the_night_the_clock_goes_forward_waits_keep_their_length() -> None:
    call = record(
        "AA0102\t30456\t25627027\t2\tPS\t990402\t1:59:00\t1:59:30\t30\t1:59:30\t2:00:30\t60\tAGENT\t2:00:30"
        "\t2:01:47\t77\tKAZAV"
    )
    assert call.answered_at is not None
    assert call.queued_at is not None
    assert call.answered_at.timestamp() - call.queued_at.timestamp() == 60
    assert call.answered_at.utcoffset() == timedelta(hours=3)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (ANSWERED.rsplit("\t", 3)[0], "has 14 fields instead of 17"),
        (ANSWERED + "\tmore", "has 18 fields instead of 17"),
        ("total junk", "has 1 fields instead of 17"),
        (ANSWERED.replace("9:42:00", "25:42:00"), "vru_entry 25:42:00 is no time of day"),
        (ANSWERED.replace("9:42:00", "soon"), "vru_entry cannot be 'soon'"),
        (ANSWERED.replace("990201", "990231"), "date 990231 is no day"),
        (ANSWERED.replace("\t90\t", "\tninety\t"), "q_time cannot be 'ninety'"),
        (ANSWERED.replace("\t90\t", "\t-90\t"), "q_time cannot be '-90'"),
        (ANSWERED.replace("AGENT", "LOST"), "outcome cannot be 'LOST'"),
        (ANSWERED.replace("PS", "XX"), "type cannot be 'XX'"),
        (ANSWERED.replace("\t90\tAGENT", "\t91\tAGENT"), "q_time 91 is not the time from q_start 9:42:05"),
        (ANSWERED.replace("2\tPS", "PS\t2"), "priority cannot be 'PS'"),
        (ANSWERED.replace("9:42:05\t5\t", "5\t9:42:05\t"), "vru_exit cannot be '5'"),
        (ANSWERED.replace("DORIT", ""), "server cannot be ''"),
    ],
)
def test_a_bad_line_says_why(line: str, said: str) -> None:
    assert reason(line).startswith(said)


def test_the_rest_of_the_file_is_read_after_a_bad_line() -> None:
    kinds = [type(row) for row in read(ANSWERED, "junk", LEFT)]
    assert kinds == [CallRecord, BadRow, CallRecord]


def test_swapped_columns_with_their_header_are_read_by_name() -> None:
    order = list(reversed(range(len(COLUMNS))))
    swapped = ["\t".join(line.split("\t")[at] for at in order) for line in (HEADER, ANSWERED)]
    [call] = AnonymousBank(io.BytesIO("\n".join(swapped).encode()))
    assert call == record(ANSWERED)


def test_a_file_without_a_header_is_read_in_the_usual_order() -> None:
    [call] = AnonymousBank(io.BytesIO(ANSWERED.encode()))
    assert isinstance(call, CallRecord)
    assert (call.line_number, call.external_id) == (1, "AA0101/34550")


def test_a_header_that_lacks_a_column_is_said() -> None:
    [bad] = AnonymousBank(io.BytesIO(HEADER.replace("q_time\t", "").encode()))
    assert isinstance(bad, BadRow)
    assert bad.reason == "the header lacks q_time"


@pytest.mark.parametrize("content", [b"", b"\n\n", HEADER.encode()])
def test_a_file_without_calls_says_so(content: bytes) -> None:
    assert list(AnonymousBank(io.BytesIO(content))) == [BadRow(0, "", "the file holds no calls")]


def test_a_line_in_another_encoding_is_bad_and_the_rest_is_read() -> None:
    content = "\n".join((HEADER, ANSWERED, HUNG_UP)).encode().replace(b"DORIT", "D\xd6RIT".encode("latin-1"))
    bad, call = AnonymousBank(io.BytesIO(content))
    assert isinstance(bad, BadRow)
    assert (bad.line_number, bad.reason) == (2, "is not written in utf-8")
    assert isinstance(call, CallRecord)


def test_a_whole_file_in_another_encoding_is_bad_line_by_line() -> None:
    rows = list(AnonymousBank(io.BytesIO("\n".join((HEADER, ANSWERED)).encode("utf-16"))))
    assert rows
    assert all(isinstance(row, BadRow) for row in rows)


def test_line_ends_and_byte_order_marks_of_windows_are_fine() -> None:
    [call] = AnonymousBank(io.BytesIO(("\ufeff" + "\r\n".join((HEADER, ANSWERED, ""))).encode()))
    assert call == record(ANSWERED)


def test_a_path_or_an_open_file_zipped_or_not_gives_the_same(tmp_path: Path) -> None:
    content = "\n".join((HEADER, ANSWERED, HUNG_UP, LEFT)).encode()
    plain, zipped = tmp_path / "calls.tsv", tmp_path / "calls.tsv.gz"
    plain.write_bytes(content)
    zipped.write_bytes(gzip.compress(content))
    expected = read(ANSWERED, HUNG_UP, LEFT)
    assert list(AnonymousBank(plain)) == list(AnonymousBank(str(zipped))) == expected
    with zipped.open("rb") as file:
        assert list(AnonymousBank(file)) == expected


def test_a_zipped_file_cut_in_the_middle_is_read_as_far_as_it_goes() -> None:
    lines = [HEADER, *(ANSWERED.replace("34550", str(number)) for number in range(10_000, 15_000))]
    content = gzip.compress("\n".join(lines).encode())
    cut = content[: len(content) * 2 // 3]
    *calls, bad = AnonymousBank(io.BytesIO(cut))
    assert all(isinstance(call, CallRecord) for call in calls)
    assert len(calls) + 1 == zlib.decompressobj(31).decompress(cut).count(b"\n") > 2_000
    assert isinstance(bad, BadRow)
    assert bad.line_number == len(calls) + 2
    assert bad.reason.startswith("the file ends early or is damaged from here on")


def test_a_zipped_file_with_a_wrong_byte_says_where_it_is_damaged() -> None:
    content = bytearray(gzip.compress("\n".join((HEADER, *[ANSWERED] * 5_000)).encode()))
    content[-6] ^= 0xFF
    *_, bad = AnonymousBank(io.BytesIO(bytes(content)))
    assert isinstance(bad, BadRow)
    assert "damaged" in bad.reason


def test_a_plain_file_cut_in_the_middle_of_a_line_has_one_bad_line() -> None:
    content = "\n".join((HEADER, ANSWERED, HUNG_UP)).encode()[:-30]
    call, bad = AnonymousBank(io.BytesIO(content))
    assert isinstance(call, CallRecord)
    assert isinstance(bad, BadRow)
