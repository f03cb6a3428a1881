"""Copying many rows into a table behind a wall.

PostgreSQL refuses ``COPY … FROM`` for a table with row security, since it would pass the policies by. So rows are
copied into a temporary table, then inserted from there: each is checked, and it is still far quicker than one by
one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Copy, sql


@contextmanager
def copying_into(
    table: str, columns: Sequence[str], *, through: BaseDatabaseWrapper | None = None
) -> Iterator[Copy]:
    """Give a copy whose rows are in ``table``, in their order, when the block ends; within one transaction."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    draft, target = sql.Identifier(f"copied_{table}"), sql.Identifier(table)
    make = sql.SQL("CREATE TEMP TABLE {draft} ON COMMIT DROP AS SELECT {names} FROM {target} LIMIT 0")
    # A new table is filled from front to end: the place of a row in it (ctid) is its turn.
    fill = sql.SQL("INSERT INTO {target} ({names}) SELECT {names} FROM {draft} ORDER BY ctid")
    parts = {"names": names, "draft": draft, "target": target}
    with (through or connection).cursor() as cursor:
        cursor.execute(make.format(**parts))
        with cursor.copy(sql.SQL("COPY {draft} ({names}) FROM STDIN").format(**parts)) as copy:
            yield copy
        cursor.execute(fill.format(**parts))
        cursor.execute(sql.SQL("DROP TABLE {draft}").format(**parts))


def analyze(*tables: str) -> None:
    """Let the planner count the rows of these tables, which it does itself only some minutes later.

    Only a table's owner may; the owner lends us that one right as a function (rapport.runtime.row_security).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT rapport_analyze(%s)", [list(tables)])
