"""Whatever a partner's customer file or its mapping holds, it is read, or refused in words, and can be kept."""

import csv
import gzip
import json
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rapport.conftest import World
from rapport.customers.importing.batches import Importer
from rapport.customers.importing.mapping import read_mapping
from rapport.customers.importing.rows import CustomerRecord, read_rows
from rapport.kit.errors import Invalid
from rapport.kit.tests.hostile import FUZZED, TEXTS, as_toml, damaged, objects

ATTRIBUTES = {
    "city": "Town",
    "points": {"column": "Points", "kind": "whole"},
    "share": {"column": "Share", "kind": "number"},
    "active": {"column": "Active", "kind": "yes", "values": {"on": True}},
}
HOLDING = {"key": "Card", "product": "=card", "opened_on": "Since", "details": {"limit": "Share"}}
MAPPING: dict[str, Any] = {
    "key": "Id",
    "delimiter": ",",
    "encoding": "utf-8",
    "date_format": "%Y-%m-%d",
    "fields": {"name": "Name", "email": "Mail", "customer_since": "Since", "segment": "Town"},
    "attributes": ATTRIBUTES,
    "segments": {"x": "X"},
    "head_start_seconds": {"x": 30},
    "holdings": [HOLDING],
}
COLUMNS = ("Id", "Name", "Mail", "Since", "Town", "Points", "Share", "Active", "Card")
GOOD = ",".join(COLUMNS) + "\n7,Ada Byron,ada@example.org,2020-01-31,x,5,0.5,yes,9\n"
ROWS = st.tuples(
    st.just("7") | TEXTS,
    TEXTS,
    st.sampled_from(["", "a@example.org"]),
    st.sampled_from(["", "2020-01-31"]),
    TEXTS,
    st.sampled_from(["5", "", "9" * 400]) | TEXTS,
    st.sampled_from(["0.5", "nan", "inf", "1e999"]) | TEXTS,
    st.sampled_from(["yes", "on", "maybe"]),
    st.just("9") | TEXTS,
)


def read(folder: Path, told: dict[str, Any], content: bytes) -> list[CustomerRecord]:
    """Read the file by the mapping to its end; return the records."""
    mapping, rows = folder / "map.toml", folder / "rows.csv"
    mapping.write_text(as_toml(told), "utf-8")
    rows.write_bytes(content)
    return [one for one in read_rows(rows, read_mapping(mapping)) if isinstance(one, CustomerRecord)]


@FUZZED
@given(st.one_of(damaged(GOOD.encode()), damaged(gzip.compress(GOOD.encode(), mtime=0)), st.binary()))
def test_a_damaged_file_is_read_to_its_end(tmp_path: Path, content: bytes) -> None:
    read(tmp_path, MAPPING, content)


@FUZZED
@given(told=objects(MAPPING), content=damaged(GOOD.encode()))
def test_a_mapping_is_used_or_refused_in_words(tmp_path: Path, told: dict[str, Any], content: bytes) -> None:
    with suppress(Invalid):
        read(tmp_path, {"key": "Id", **told}, content)


@FUZZED
@given(
    fields=objects(MAPPING["fields"]),
    attributes=objects(ATTRIBUTES),
    attribute=objects({"column": "Points", "kind": "whole", "values": {"5": 6}, "class": "sensitive"}),
    holding=objects(HOLDING),
)
def test_odd_tables_in_a_mapping_are_refused_in_words(
    tmp_path: Path, fields: Any, attributes: Any, attribute: Any, holding: Any
) -> None:
    odd = {"fields": fields, "attributes": {**attributes, "odd": attribute}, "holdings": [HOLDING | holding]}
    for name, value in odd.items():
        with suppress(Invalid):
            read(tmp_path, {**MAPPING, name: value}, GOOD.encode())


@FUZZED
@given(rows=st.lists(ROWS, min_size=1, max_size=3))
def test_what_is_read_of_odd_fields_can_be_kept(world: World, tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    text = StringIO()
    csv.writer(text).writerows([COLUMNS, *rows])
    records = read(tmp_path, MAPPING, text.getvalue().encode())
    for record in records:
        json.dumps(record.attributes, allow_nan=False)
    Importer(world.programme, read_mapping(tmp_path / "map.toml")).write(records)
