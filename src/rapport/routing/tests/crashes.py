"""Crashes at will: a process that dies just before one of its writes, or around a commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import psycopg
from django.db import connection

READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET", "SHOW", "DECLARE", "FETCH", "CLOSE")
NOTIFIES = "pg_notify"


class Crash(BaseException):
    """The process died; no code of ours may catch it."""


@dataclass(frozen=True)
class When:
    """The moment to die at: just before the n-th write (from 1), or just before or after the n-th commit."""

    write: int | None = None
    before_commit: int | None = None
    after_commit: int | None = None


@contextmanager
def crashing(when: When, *, for_good: bool) -> Iterator[None]:
    """Die at the given moment, if the block comes to it.

    ``for_good`` cuts the connection to the database, as a killed process does; without it only the exception is
    raised, for tests inside a transaction of their own.
    """
    seen = {"write": 0, "commit": 0}

    def die() -> None:
        if for_good:
            connection.connection.close()
        raise Crash

    def counted(kind: str, due: int | None) -> bool:
        seen[kind] += 1
        return seen[kind] == due

    def execute(cursor: psycopg.Cursor[Any], query: Any, *args: Any, **options: Any) -> Any:
        if _writes(query) and counted("write", when.write):
            die()
        return _execute(cursor, query, *args, **options)

    def executemany(cursor: psycopg.Cursor[Any], query: Any, *args: Any, **options: Any) -> None:
        if _writes(query) and counted("write", when.write):
            die()
        _executemany(cursor, query, *args, **options)

    def commit(of: psycopg.Connection[Any]) -> None:
        if counted("commit", when.before_commit):
            die()
        _commit(of)
        if seen["commit"] == when.after_commit:
            die()

    with (
        mock.patch.object(psycopg.Cursor, "execute", execute),
        mock.patch.object(psycopg.Cursor, "executemany", executemany),
        mock.patch.object(psycopg.Connection, "commit", commit),
    ):
        yield


def crashes_at_each_write(work: Callable[[], object], after_each: Callable[[], object]) -> int:
    """Do the work, dying once before each of its writes first; return how many there are."""
    write = 0
    while True:
        write += 1
        try:
            with crashing(When(write=write), for_good=False):
                work()
        except Crash:
            after_each()
        else:
            return write - 1


def _writes(query: Any) -> bool:
    text = query if isinstance(query, str) else str(getattr(query, "as_string", lambda: query)())
    return not text.lstrip().upper().startswith(READS) or NOTIFIES in text


_execute, _executemany, _commit = psycopg.Cursor.execute, psycopg.Cursor.executemany, psycopg.Connection.commit
