"""The facts as Parquet files, and an engine that counts the same metrics over them without our database."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from django.db import connection

from rapport.insight.moment import one_moment

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.insight.queries import Run

OF_PROGRAMME = "programme_id = %s"
OF_ITS_CONTACTS = "contact_id IN (SELECT contact_id FROM fact_contact WHERE programme_id = %s)"
FACTS = {
    "fact_contact": OF_PROGRAMME,
    "fact_leg": OF_PROGRAMME,
    "fact_state_span": OF_PROGRAMME,
    "fact_offer": OF_PROGRAMME,
    "fact_prompt": OF_PROGRAMME,
    "fact_promise": OF_PROGRAMME,
    "fact_continuity": OF_PROGRAMME,
    "fact_self_service": OF_PROGRAMME,
    "fact_wait": OF_PROGRAMME,
    "fact_survey": OF_ITS_CONTACTS,
    "fact_coverage": OF_PROGRAMME,
    "fact_step": OF_PROGRAMME,
    "fact_library_use": OF_PROGRAMME,
    "fact_words": OF_PROGRAMME,
    "fact_leaving": OF_PROGRAMME,
    "fact_claim": OF_PROGRAMME,
    "fact_claim_rebuttal": OF_PROGRAMME,
    "fact_posting": OF_PROGRAMME,
    "fact_event": OF_PROGRAMME,
    "fact_choice": OF_PROGRAMME,
    "fact_presentation": OF_PROGRAMME,
    "fact_evaluation": OF_PROGRAMME,
    "fact_criterion": OF_PROGRAMME,
    "fact_return": OF_PROGRAMME,
    "fact_duty": OF_PROGRAMME,
}
TYPES = {
    16: "BOOLEAN",
    20: "BIGINT",
    21: "SMALLINT",
    23: "INTEGER",
    25: "VARCHAR",
    701: "DOUBLE",
    1043: "VARCHAR",
    1082: "DATE",
    1184: "TIMESTAMPTZ",
    2950: "VARCHAR",
}
"""PostgreSQL's numbers of the types that facts have, and DuckDB's names for them."""


def write_parquet(programme: Programme, folder: Path) -> dict[Path, int]:
    """Write the programme's facts, one file each, into ``folder`` (made where missing); return their rows.

    All of them show one moment. Files that are there already are replaced, each once its successor is complete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with one_moment(), duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        return dict(_write(engine, name, condition, programme.pk, folder) for name, condition in FACTS.items())


def write_events(programme: Programme, folder: Path) -> tuple[Path, int]:
    """Write the events that statements are counted from; who of the staff had a hand in them is left out."""
    with one_moment(), duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        return _write(engine, "fact_event", OF_PROGRAMME, programme.pk, folder)


def _write(
    engine: duckdb.DuckDBPyConnection, name: str, condition: str, programme_id: int, folder: Path
) -> tuple[Path, int]:
    target, unfinished = folder / f"{name}.parquet", folder / f".{name}.parquet"
    with tempfile.NamedTemporaryFile(suffix=".csv", dir=folder) as file, connection.cursor() as cursor:
        columns = _columns(cursor, name)
        query = f"SELECT * FROM {name} WHERE {condition}"  # noqa: S608 - names and conditions are FACTS above
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER, NULL '\\N')", [programme_id]) as copy:
            for chunk in copy:
                file.write(chunk)
        file.flush()
        rows = engine.read_csv(
            file.name, header=True, columns=columns, auto_detect=False, na_values="\\N", sep=",", quotechar='"'
        )
        rows.write_parquet(str(unfinished), compression="zstd")
    written = engine.read_parquet(str(unfinished)).count("*").fetchall()[0][0]
    unfinished.replace(target)
    return target, written


def _columns(cursor: Any, name: str) -> dict[str, str]:
    cursor.execute(f"SELECT * FROM {name} LIMIT 0")  # noqa: S608 - one of FACTS above
    return {column.name: TYPES[column.type_code] for column in cursor.description}


@contextmanager
def counting_over(folder: Path) -> Iterator[Run]:
    """Give what :func:`rapport.insight.queries.count_all` needs to count over exported files (``duckdb``)."""
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        for name in FACTS:
            engine.read_parquet(str(folder / f"{name}.parquet")).create_view(name)

        def run(sql: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
            return engine.execute(sql, dict(values)).fetchall()

        yield run
