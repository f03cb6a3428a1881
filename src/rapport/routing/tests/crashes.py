"""Crashes at will: a process that dies just before one of its writes, or around a commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from unittest import mock

import psycopg
from django.db import InterfaceError, OperationalError, connection

READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET", "SHOW", "DECLARE", "FETCH", "CLOSE")
WRITING_READS = ("pg_notify", "procrastinate_defer")  # functions that write, called by SELECT


class Crash(BaseException):
    """The process died; no code of ours may catch it."""


@contextmanager
def crashing(moment: int, *, for_good: bool) -> Iterator[None]:
    """Die at the n-th moment (from 1), if the block comes to it: before each write, before and after each commit.

    ``for_good`` cuts the connection to the database, as a killed process does; without it only the exception is
    raised, for tests inside a transaction of their own.
    """
    moments, died = count(1), False

    def may_die() -> None:
        nonlocal died
        if next(moments) == moment:
            died = True
            if for_good:
                connection.connection.close()
            raise Crash

    def execute(cursor: psycopg.Cursor[Any], query: Any, *args: Any, **options: Any) -> Any:
        if _writes(query):
            may_die()
        return _execute(cursor, query, *args, **options)

    def commit(of: psycopg.Connection[Any]) -> None:
        may_die()
        _commit(of)
        may_die()

    with (
        mock.patch.object(psycopg.Cursor, "execute", execute),
        mock.patch.object(psycopg.Connection, "commit", commit),
    ):
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            if not died:
                raise
            raise Crash from error  # what the living see of a connection that was cut


def crashes_at_each_write(work: Callable[[], object], after_each: Callable[[], object]) -> int:
    """Do the work, dying once before each of its writes first; return how many there are."""
    write = 0
    while True:
        write += 1
        try:
            with crashing(write, for_good=False):
                work()
        except Crash:
            after_each()
        else:
            return write - 1


def _writes(query: Any) -> bool:
    text = query if isinstance(query, str) else str(getattr(query, "as_string", lambda: query)())
    return not text.lstrip().upper().startswith(READS) or any(name in text for name in WRITING_READS)


_execute, _commit = psycopg.Cursor.execute, psycopg.Connection.commit
