"""Whatever a log of calls or its mapping holds, it is read, or refused in words."""

import gzip
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rapport.contacts.call_logs.formats import ANONYMOUS_BANK, find
from rapport.contacts.call_logs.records import CallRecord
from rapport.kit.errors import Invalid
from rapport.kit.tests.hostile import FUZZED, TEXTS, as_toml, damaged, objects

LINE = (
    "AA0101\t33116\t9664491\t2\tPS\t990101\t0:00:31\t0:00:36\t5\t0:00:36\t0:03:09\t153\tHANG\t0:00:00\t0:00:00\t0"
    "\tNO_SERVER\n"
)
MAPPING = {
    "timezone": "Europe/Berlin",
    "delimiter": ";",
    "encoding": "utf-8",
    "instant_format": "%d.%m.%Y %H:%M",
    "columns": {
        "external_id": "id",
        "arrived_at": "came",
        "ended_at": "ended",
        "wait_seconds": "wait",
        "talk_seconds": "talk",
        "outcome": "result",
        "agent_id": "who",
    },
    "outcomes": {"answered": ["ok"], "abandoned": "gone", "ignored": ["test"]},
    "reasons": {"a": "A"},
    "segments": {"b": "B"},
    "head_start_seconds": {"b": 30},
    "defaults": {"reason_key": "a", "segment_key": "b"},
}
HEADER = "id;came;ended;wait;talk;result;who\n"
INSTANTS = TEXTS | st.sampled_from(["01.03.2026 09:30", "2026-03-01T09:30:00", "1772357400", "253402300799"])
FIELDS = [TEXTS, INSTANTS, INSTANTS, TEXTS | st.just("12"), TEXTS, TEXTS | st.sampled_from(["ok", "gone"]), TEXTS]


def read(name: str, mapping: Path | None, content: bytes) -> None:
    """Read a log to its end; what was read of it holds together."""
    for one in find(name, mapping).open(BytesIO(content)):
        if isinstance(one, CallRecord):
            course = (one.arrived_at, one.queued_at, one.answered_at, one.ended_at)
            known = [at for at in course if at is not None]
            assert known == sorted(known) and all(isinstance(at, datetime) for at in known)


@FUZZED
@given(st.one_of(damaged(LINE.encode() * 2), damaged(gzip.compress(LINE.encode() * 3, mtime=0)), st.binary()))
def test_a_damaged_log_of_the_bank_is_read_to_its_end(content: bytes) -> None:
    read(ANONYMOUS_BANK.name, None, content)


@FUZZED
@given(
    rows=st.lists(st.tuples(*FIELDS), max_size=4), form=st.sampled_from(["iso", "epoch", "%d.%m.%Y %H:%M", "%"])
)
def test_odd_fields_make_records_or_bad_rows(tmp_path: Path, rows: list[tuple[str, ...]], form: str) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(as_toml({**MAPPING, "instant_format": form}))
    text = HEADER + "".join(";".join(row) + "\n" for row in rows)
    read("csv", mapping, text.encode())


@FUZZED
@given(told=objects(MAPPING), content=damaged((HEADER + "1;01.03.2026 09:30;;5;5;ok;ada\n").encode()))
def test_a_mapping_is_used_or_refused_in_words(tmp_path: Path, told: dict[str, Any], content: bytes) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(as_toml({"columns": MAPPING["columns"], **told}), "utf-8")
    with suppress(Invalid):
        read("csv", mapping, content)


@FUZZED
@given(
    columns=objects(MAPPING["columns"]),  # type: ignore[arg-type]  # a table of it
    encoding=st.sampled_from(["utf-8", "idna", "punycode", "utf-7", "rot13", "undefined", "mbcs", "a\x00b"]),
    zone=st.sampled_from(["UTC", "Europe", "..", "/etc/passwd", "x" * 300, "Europe/Atlantis", "a\x00b"]),
)
def test_odd_names_in_a_mapping_are_refused_in_words(
    tmp_path: Path, columns: dict[str, Any], encoding: str, zone: str
) -> None:
    mapping = tmp_path / "map.toml"
    told = {**MAPPING, "columns": columns | {"external_id": "id"}, "encoding": encoding, "timezone": zone}
    mapping.write_text(as_toml(told), "utf-8")
    with suppress(Invalid):
        read("csv", mapping, (HEADER + "1;01.03.2026 09:30;;5;5;ok;\xe4\n").encode("latin-1"))
